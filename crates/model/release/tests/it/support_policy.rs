//! The support policy and the minimum hosts.

use release::host::{HostFacts, check, minimum_host, notes, warnings};
use release::{Date, Minor, Version, first_release_date, status, supported_minors};

fn versions(texts: &[&str]) -> Vec<Version> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn day(text: &str) -> Option<Date> {
    Some(text.parse().unwrap())
}

#[test]
fn the_built_in_table_is_that_of_the_published_releases() {
    let published = include_str!("../../src/data/releases.tsv");
    let mut rows = 0;
    for line in published.lines().filter(|line| line.ends_with("\tmajor")) {
        let mut fields = line.split('\t');
        let minor = fields.next().unwrap().parse::<Version>().unwrap().minor();
        let date: Date = fields.next().unwrap().parse().unwrap();
        assert_eq!(first_release_date(&minor), Some(date), "{minor}");
        rows += 1;
    }
    let table = include_str!("../../src/data/first-releases.tsv");
    assert_eq!(rows, table.lines().filter(|line| !line.starts_with('#')).count());
}

#[test]
fn the_two_newest_minors_with_a_release_are_supported() {
    let minors =
        |texts: &[&str]| -> Vec<String> { supported_minors(&versions(texts)).iter().map(Minor::to_string).collect() };
    assert_eq!(minors(&["1.27.0", "1.26.8", "1.25.14", "1.28rc1", "1.27.3"]), ["1.27", "1.26"]);
    assert_eq!(minors(&["1.9.1", "1.10", "1.8.5"]), ["1.10", "1.9"]);
    assert_eq!(minors(&["1.28rc1", "1.27.0"]), ["1.27"]);
    assert!(minors(&[]).is_empty());
}

#[test]
fn a_status_reads_as_a_person_would_say_it() {
    let known = versions(&["1.19.13", "1.20.14", "1.21.13", "1.24.13", "1.25.14", "1.26.8", "1.27.3", "1.28rc1"]);
    let cases = [
        ("1.27.3", "supported until about 2027-08"),
        ("1.27.0", "supported until about 2027-08"),
        ("1.26.8", "supported until about 2027-02"),
        ("1.25.14", "out of support since 2026-08-19"),
        ("1.24.13", "out of support since 2026-02-10"),
        ("1.21.13", "out of support since 2024-08-13"),
        ("1.20.14", "out of support since 2024-02-06"),
        ("1.19.13", "out of support since 2023-08-08"),
        ("1.28rc1", "prerelease"),
        ("1.21rc2", "prerelease"),
        ("1.99.0", "support unknown"),
        ("2.0.1", "support unknown"),
    ];
    for today in [None, day("2026-11-20")] {
        for (version, expected) in cases {
            assert_eq!(status(&version.parse().unwrap(), &known, today).to_string(), expected, "{version}");
        }
    }
}

#[test]
fn the_table_knows_better_than_a_stale_index() {
    let known = versions(&["1.23.5", "1.22.11"]);
    let version: Version = "1.22.11".parse().unwrap();
    let at = |today| status(&version, &known, day(today)).to_string();
    assert_eq!(at("2025-02-10"), "supported until 2025-02-11");
    assert_eq!(at("2025-02-11"), "out of support since 2025-02-11");
    assert_eq!(status(&version, &known, None).to_string(), "out of support since 2025-02-11");
}

#[test]
fn releases_newer_than_the_table_count_as_soon_as_they_are_known() {
    let known = versions(&["1.26.9", "1.27.8", "1.28.1", "1.29.0"]);
    let at = |text: &str| status(&text.parse().unwrap(), &known, day("2027-09-01")).to_string();
    assert_eq!(at("1.27.8"), "out of support");
    assert_eq!(at("1.28.1"), "supported until about 2028-02");
    assert_eq!(at("1.29.0"), "supported until about 2028-08");
}

#[test]
fn the_end_of_support_is_that_of_the_facts() {
    // go.dev/doc/devel/release: 1.N ends with 1.(N+2).
    let ends = [
        (13, "2020-08-11"),
        (14, "2021-02-16"),
        (15, "2021-08-16"),
        (16, "2022-03-15"),
        (17, "2022-08-02"),
        (18, "2023-02-01"),
        (22, "2025-02-11"),
        (23, "2025-08-12"),
    ];
    for (number, end) in ends {
        let version: Version = format!("1.{number}.1").parse().unwrap();
        assert_eq!(status(&version, &[], None).to_string(), format!("out of support since {end}"));
    }
}

#[test]
fn the_oldest_host_depends_on_release_and_platform() {
    let need = |version: &str, platform: &str| {
        minimum_host(&version.parse().unwrap(), &platform.parse().unwrap()).map(|minimum| minimum.to_string())
    };
    let cases = [
        ("1.27.3", "darwin-arm64", Some("macOS 13 or later")),
        ("1.26.8", "darwin-arm64", Some("macOS 12 or later")),
        ("1.25rc1", "darwin-amd64", Some("macOS 12 or later")),
        ("1.24.0", "darwin-amd64", Some("macOS 11 or later")),
        ("1.22.1", "darwin-amd64", Some("macOS 10.15 or later")),
        ("1.20.14", "darwin-amd64", Some("macOS 10.13 or later")),
        ("1.19", "darwin-amd64", None),
        ("1.21.0", "windows-amd64", Some("Windows 10 or Server 2016 or later")),
        ("1.20", "windows-amd64", None),
        ("1.23.0", "linux-amd64", Some("Linux kernel 2.6.32 or later")),
        ("1.24.0", "linux-amd64", Some("Linux kernel 3.2 or later")),
        ("1.27.0", "linux-ppc64", Some("Linux kernel 3.13 or later")),
        ("1.27.0", "linux-ppc64le", Some("Linux kernel 3.2 or later")),
        ("1.27.0", "freebsd-amd64", None),
        ("2.1.0", "linux-amd64", None),
    ];
    for (version, platform, expected) in cases {
        assert_eq!(need(version, platform).as_deref(), expected, "{version} {platform}");
    }
    let said = |version: &str, platform: &str| notes(&version.parse().unwrap(), &platform.parse().unwrap()).len();
    assert_eq!((said("1.20.14", "linux-amd64"), said("1.21.0", "linux-amd64")), (1, 0));
    assert_eq!((said("1.23.12", "darwin-arm64"), said("1.24.0", "darwin-arm64")), (1, 0));
}

#[test]
fn a_release_that_this_machine_is_too_old_for_is_refused_and_the_newest_that_runs_is_named() {
    let cases = [
        // release, platform, machine, what it needs and has, the newest that runs
        ("1.27.3", "darwin-arm64", "os=darwin version=12.6", Some(("macOS 13 or later", "12.6", Some("1.26")))),
        ("1.27.3", "darwin-arm64", "os=darwin version=13", None),
        ("1.27.3", "darwin-arm64", "os=darwin version=10.16", None),
        (
            "1.21.0",
            "darwin-amd64",
            "os=darwin version=10.14.6",
            Some(("macOS 10.15 or later", "10.14.6", Some("1.20"))),
        ),
        ("1.20.14", "darwin-amd64", "os=darwin version=10.14.6", None),
        (
            "1.27.0",
            "windows-amd64",
            "os=windows version=6.1.7601",
            Some(("Windows 10 or Server 2016 or later", "6.1.7601", Some("1.20"))),
        ),
        ("1.27.0", "windows-amd64", "os=windows version=10.0.19045", None),
        (
            "1.24.0",
            "linux-amd64",
            "os=linux version=2.6.32",
            Some(("Linux kernel 3.2 or later", "2.6.32", Some("1.23"))),
        ),
        ("1.24.0", "linux-amd64", "os=linux version=3.2.0-4-amd64", None),
        ("1.24.0", "linux-amd64", "os=linux version=3.10.0-1160.el7.x86_64", None),
        ("1.20.14", "linux-amd64", "os=linux version=6.6 musl", Some(("glibc", "only musl", Some("1.27")))),
        ("1.21.0", "linux-amd64", "os=linux version=6.6 musl", None),
        // An unknown fact, or a release for another machine, is not refused.
        ("1.27.3", "darwin-arm64", "os=darwin", None),
        ("1.27.3", "darwin-arm64", "os=linux version=2.4 musl", None),
        ("1.27.3", "linux-amd64", "os=linux version=weird", None),
    ];
    for (version, platform, machine, expected) in cases {
        let facts: HostFacts = machine.parse().unwrap();
        let told = check(&version.parse().unwrap(), &platform.parse().unwrap(), &facts);
        let told = told.err().map(|unfit| (unfit.needs, unfit.has, unfit.newest));
        let expected = expected.map(|(needs, has, newest)| (needs.into(), has.into(), newest.map(String::from)));
        assert_eq!(told, expected, "{version} {platform} on {machine}");
    }
    assert!("os=linux colour=red".parse::<HostFacts>().is_err());
}

#[test]
fn what_runs_but_should_be_known_is_told_once_each() {
    let told = |version: &str, platform: &str, machine: &str| {
        warnings(&version.parse().unwrap(), &platform.parse().unwrap(), &machine.parse().unwrap()).len()
    };
    assert_eq!(told("1.23.12", "darwin-arm64", "os=darwin version=26.1"), 1);
    assert_eq!(told("1.24.0", "darwin-arm64", "os=darwin version=26.1"), 0);
    assert_eq!(told("1.23.12", "darwin-arm64", "os=darwin version=15"), 0);
    assert_eq!(told("1.23.12", "darwin-amd64", "os=darwin version=26.1 machine=arm64"), 2);
    assert_eq!(told("1.26.0", "windows-arm64", "os=windows machine=arm64"), 0);
}
