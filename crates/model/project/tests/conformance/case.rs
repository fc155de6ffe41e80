//! A case: the files of a small world, the settings, and the command.

/// One line of `cases.txt`, or what the generator made.
#[derive(Debug, Clone, Default)]
pub struct Case {
    pub name: String,
    /// Files by path below the world's folder, in the order in which they are written.
    pub files: Vec<(String, Vec<u8>)>,
    pub folders: Vec<String>,
    /// Symbolic links: where, and what they point at.
    pub links: Vec<(String, String)>,
    pub settings: Vec<(String, String)>,
    /// The content of the user's go environment file.
    pub goenv: Option<String>,
    /// The folder in which the go command starts.
    pub folder: String,
    /// The folder of `-C`, if given.
    pub chdir: Option<String>,
    /// The arguments of the go command; by default `version`.
    pub args: Vec<String>,
    /// Why the model does not cover it.
    pub not_modelled: Option<String>,
}

impl Case {
    /// The value of `GO…` in the environment.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The case as a line of `cases.txt`, so that a generated one that fails can be kept.
    pub fn line(&self) -> String {
        let mut parts = vec![self.name.clone()];
        parts.extend(self.files.iter().map(|(path, content)| format!("{path}: {}", content.escape_ascii())));
        parts.extend(self.folders.iter().map(|path| format!("dir={path}")));
        parts.extend(self.settings.iter().map(|(key, value)| format!("${key}={value}")));
        parts.extend(self.goenv.iter().map(|content| format!("goenv={}", content.escape_default())));
        parts.extend((!self.folder.is_empty()).then(|| format!("in={}", self.folder)));
        parts.extend(self.chdir.iter().map(|folder| format!("chdir={folder}")));
        parts.extend((!self.args.is_empty()).then(|| format!("args={}", self.args.join(" "))));
        parts.join(" | ")
    }
}

/// The cases of the table. A line that cannot be read ends the test.
pub fn read(table: &str) -> Vec<Case> {
    let lines = table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(line).collect()
}

fn line(text: &str) -> Case {
    let mut fields = text.split(" | ").map(str::trim);
    let name = fields.next().expect("a split has a first part").to_owned();
    let mut case = Case { name, ..Case::default() };
    for field in fields {
        let pair = |text: &str| text.split_once('=').map(|(key, value)| (key.to_owned(), string(value)));
        if let Some(setting) = field.strip_prefix('$') {
            case.settings.push(pair(setting).unwrap_or_else(|| panic!("{}: {field}", case.name)));
        } else if let Some((path, content)) = field.split_once(": ").or(field.strip_suffix(':').map(|path| (path, "")))
        {
            if let Some(why) = field.strip_prefix("not modelled: ") {
                case.not_modelled = Some(why.to_owned());
            } else {
                case.files.push((path.to_owned(), bytes(content)));
            }
        } else {
            match pair(field) {
                Some((key, value)) if key == "in" => case.folder = value,
                Some((key, value)) if key == "dir" => case.folders.push(value),
                Some((key, value)) if key == "chdir" => case.chdir = Some(value),
                Some((key, value)) if key == "goenv" => case.goenv = Some(value),
                Some((key, value)) if key == "args" => case.args = value.split(' ').map(str::to_owned).collect(),
                Some((key, value)) if key == "link" => {
                    let (from, to) = value.split_once(" -> ").unwrap_or_else(|| panic!("{}: {field}", case.name));
                    case.links.push((from.to_owned(), to.to_owned()));
                }
                _ => panic!("{}: what is {field:?}?", case.name),
            }
        }
    }
    case
}

/// Reads a text that is written as `cases.txt` has it.
pub fn string(text: &str) -> String {
    String::from_utf8(bytes(text)).expect("only the content of a file may be no text")
}

/// Reads `\n`, `\r`, `\t`, `\0`, `\s` (a space), `\p` (a pipe), `\\` and `\xNN`.
fn bytes(text: &str) -> Vec<u8> {
    let mut rest = text.as_bytes();
    let mut out = Vec::new();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let (&kind, after) = rest.split_first().expect("a backslash at the end");
        rest = after;
        out.push(match kind {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b's' => b' ',
            b'p' => b'|',
            b'0' => 0,
            b'\\' | b'"' | b'\'' => kind,
            b'x' => {
                let (digits, after) = rest.split_at(2);
                rest = after;
                u8::from_str_radix(std::str::from_utf8(digits).expect("two digits"), 16).expect("two digits")
            }
            other => panic!("what is \\{} in {text:?}?", char::from(other)),
        });
    }
    out
}
