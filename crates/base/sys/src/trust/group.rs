//! Whether a group has only one member.

use std::path::Path;

use crate::fs::Fs;

/// The largest list of users or groups, in bytes: fifty thousand lines of either. A longer one counts as unreadable,
/// and then no group counts as a user's own.
const LIST_BYTES_MAX: u64 = 4 << 20;
/// The administrator's number.
const ROOT: u32 = 0;

/// The users and groups that the machine's own files name (passwd(5), group(5)).
pub(super) struct Groups {
    passwd: String,
    group: String,
}

impl Groups {
    /// Reads both lists. An unreadable one counts as empty.
    pub(super) fn read(fs: &Fs) -> Groups {
        // On macOS both files name only the system's own users; the others are in a directory service.
        let text = |path: &str| {
            let bytes = if cfg!(target_os = "macos") { None } else { fs.read(Path::new(path), LIST_BYTES_MAX).ok() };
            bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
        };
        Groups { passwd: text("/etc/passwd"), group: text("/etc/group") }
    }

    /// Whether a group has no members except its files' owner, root, and the user at work: neither by their primary
    /// group nor as named members. False if the lists do not know the owner or the group, or refer to another list
    /// (`+`).
    pub(super) fn is_alone_in(&self, owner: u32, user: u32, group: u32) -> bool {
        let is_harmless = |number: u32| number == owner || number == user || number == ROOT;
        let sends_on = |list: &str| list.lines().any(|line| line.starts_with('+'));
        if sends_on(&self.passwd) || sends_on(&self.group) {
            return false;
        }
        let users: Vec<(&str, u32, u32)> = self.passwd.lines().filter_map(user_of_line).collect();
        if !users.iter().any(|(_, number, _)| *number == owner) {
            return false;
        }
        if users.iter().any(|(_, number, first)| *first == group && !is_harmless(*number)) {
            return false;
        }
        let mut members =
            self.group.lines().filter_map(group_of_line).filter(|(number, _)| *number == group).peekable();
        let is_known = members.peek().is_some();
        is_known
            && members.flat_map(|(_, names)| names.split(',')).filter(|name| !name.is_empty()).all(|name| {
                let mut numbers = users.iter().filter(|(other, _, _)| *other == name).peekable();
                numbers.peek().is_some() && numbers.all(|(_, number, _)| is_harmless(*number))
            })
    }
}

/// `name:password:number:first group:…`
fn user_of_line(line: &str) -> Option<(&str, u32, u32)> {
    let mut fields = line.split(':');
    let (name, _, number, group) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    Some((name, number.parse().ok()?, group.parse().ok()?))
}

/// `name:password:number:members`
fn group_of_line(line: &str) -> Option<(u32, &str)> {
    let mut fields = line.split(':');
    let (_, _, number, members) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    Some((number.parse().ok()?, members))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_its_owners_own_only_where_the_lists_name_nobody_else() {
        let passwd =
            "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:\nbob:x:1001:100::/home/bob:\neve:x:1002:1002::/:\n";
        let group =
            "root:x:0:\nann:x:1000:\nusers:x:100:\nwheel:x:10:root,ann\nteam:x:50:ann,bob\ngone:x:60:nobody-known\n";
        let groups = |passwd: &str, group: &str| Groups { passwd: passwd.to_owned(), group: group.to_owned() };
        let lists = groups(passwd, group);
        assert!(lists.is_alone_in(1000, 1000, 1000));
        assert!(lists.is_alone_in(0, 1000, 0));
        assert!(lists.is_alone_in(1000, 1000, 10), "root is no danger");
        assert!(!lists.is_alone_in(1000, 1000, 100), "bob's first group");
        assert!(!lists.is_alone_in(1000, 1000, 50), "a named member");
        assert!(!lists.is_alone_in(1000, 1000, 60), "a member whose number is not known");
        assert!(!lists.is_alone_in(1000, 1000, 77), "a group that is not known");
        assert!(!lists.is_alone_in(5000, 5000, 1000), "an owner that is not known");
        assert!(!groups(&format!("{passwd}+::::::\n"), group).is_alone_in(1000, 1000, 1000), "there are more users");
        assert!(!groups("", "").is_alone_in(0, 0, 0), "nothing is known");
    }
}
