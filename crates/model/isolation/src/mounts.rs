//! Reads the list of mounts (`/proc/self/mountinfo`, proc_pid_mountinfo(5)).

/// The mount points strictly below a folder, as bytes of paths, in the order of the list. Its fifth field is the mount
/// point, in which a blank, a tab, a line end and a backslash are three octal digits after a backslash.
pub fn mounts_below(list: &[u8], folder: &[u8]) -> Vec<Vec<u8>> {
    let points = list.split(|byte| *byte == b'\n').filter_map(|line| line.split(|byte| *byte == b' ').nth(4));
    points.map(unescaped).filter(|point| is_below(point, folder)).collect()
}

fn is_below(point: &[u8], folder: &[u8]) -> bool {
    let rest = point.strip_prefix(folder.strip_suffix(b"/").unwrap_or(folder));
    rest.is_some_and(|rest| rest.len() > 1 && rest.starts_with(b"/"))
}

fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&first, after)) = rest.split_first() {
        let octal = (first == b'\\').then(|| after.first_chunk::<3>()).flatten().and_then(octal);
        match octal {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    bytes
}

fn octal(digits: &[u8; 3]) -> Option<u8> {
    let value = digits.iter().try_fold(0u32, |value, digit| Some(value * 8 + char::from(*digit).to_digit(8)?))?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_below_a_folder_are_found_with_odd_names() {
        let list = b"22 27 0:21 / /proc rw - proc proc rw\n\
            1 27 0:1 / / rw - ext4 /dev/vda rw\n\
            2 1 0:2 / /srv/a rw - tmpfs t rw\n\
            3 1 0:3 / /srv/a/b\\040c\\134 rw - tmpfs t rw\n\
            4 1 0:4 / /srv/ab rw - tmpfs t rw\nhalf a line";
        let text = |folder: &[u8]| -> Vec<String> {
            mounts_below(list, folder).into_iter().map(|point| String::from_utf8(point).unwrap()).collect()
        };
        assert_eq!(text(b"/srv/a"), ["/srv/a/b c\\"]);
        assert_eq!(text(b"/srv"), ["/srv/a", "/srv/a/b c\\", "/srv/ab"]);
        assert_eq!(text(b"/").len(), 4);
        assert_eq!(text(b"/other"), [""; 0]);
        assert!(mounts_below(b"\\\\9 \\ \\1 \\12 /x\\7", b"/").len() <= 1);
    }
}
