// Any bytes as the shim's table; a program that it names is directly in the folder of toolchains.

use shim::{Decision, Found, Table, decide, decide_exact};

pub fn check(data: &[u8]) {
    let units: Vec<u16> = data.iter().map(|byte| u16::from(*byte)).collect();
    let _ = shim::after_program_name(&units);
    let Some(table) = Table::parse(data) else { return };
    let pin = |text: &'static [u8]| decide(&table, &Found { pin: Some(text), ..Found::default() });
    for decision in [pin(b"1.26"), pin(b"1.26.8"), decide(&table, &Found::default()), decide_exact(&table, b"go1.26.8")] {
        if let Decision::Run { tree, .. } = decision {
            let below = tree.strip_prefix(table.toolchains.0).expect("a tree lies in the folder of toolchains");
            assert!(below.starts_with(b"/go") && !below[1..].contains(&b'/'), "{}", tree.escape_ascii());
        }
    }
}
