//! Everything Go has published: the dated releases, and the names on the download page.

use std::collections::{BTreeMap, BTreeSet};

use release::{ArchiveName, Date, OddName, Platform, ToolchainId, Version, parse_archive_name};

const RELEASES: &str = include_str!("../../src/data/releases.tsv");
const FILES: &str = include_str!("../../../../../testdata/dl-filenames-2021-11.txt");

fn releases() -> Vec<(Version, Date)> {
    let rows: Vec<_> = RELEASES
        .lines()
        .skip(1)
        .map(|line| {
            let mut fields = line.split('\t');
            (fields.next().unwrap().parse().unwrap(), fields.next().unwrap().parse().unwrap())
        })
        .collect();
    assert!(rows.len() > 250, "the table is whole");
    rows
}

#[test]
fn every_published_release_parses_and_is_its_own_name() {
    for (version, _) in releases() {
        assert!(version.is_stable() && !version.is_language(), "{version}");
        assert_eq!(version.released_as(), version);
        assert_eq!(version.tag().parse::<Version>().unwrap(), version);
        let id = ToolchainId::new(version.clone(), "linux-amd64".parse().unwrap());
        assert_eq!(id.to_string().parse::<ToolchainId>().unwrap(), id);
        assert_eq!(id.version(), &version);
    }
}

#[test]
fn within_a_minor_and_between_first_releases_the_order_is_that_of_the_dates() {
    let mut minors: BTreeMap<_, Vec<(Version, Date)>> = BTreeMap::new();
    for (version, date) in releases() {
        minors.entry(version.minor()).or_default().push((version, date));
    }
    let mut first_dates = Vec::new();
    for (minor, mut rows) in minors {
        rows.sort();
        let strictly = |pair: &[(Version, Date)]| pair[0].0.go_order(&pair[1].0).is_lt();
        assert!(rows.windows(2).all(strictly), "no two releases of {minor} are equal");
        // 1.12.11 and 1.12.12 came out on one day.
        assert!(rows.windows(2).all(|pair| pair[0].1 <= pair[1].1), "patches of {minor} come one after the other");
        first_dates.push(rows[0].1);
        let expected = if minor.number().unwrap() >= 21 { format!("{minor}.0") } else { minor.to_string() };
        assert!(rows[0].0.as_str() == expected || minor.as_str() == "1.0", "{minor} begins with {}", rows[0].0);
    }
    assert_eq!(first_dates.len(), 28);
    assert!(first_dates.is_sorted_by(|a, b| a < b));
}

#[test]
fn the_order_does_not_depend_on_the_order_things_came_in() {
    let mut forward: Vec<Version> = releases().into_iter().map(|(version, _)| version).collect();
    let mut backward: Vec<Version> = forward.iter().rev().cloned().collect();
    forward.sort();
    backward.sort();
    assert_eq!(forward, backward);
    assert_eq!(forward.first().unwrap().as_str(), "1");
    assert_eq!(forward.last().unwrap().as_str(), "1.27.0");
}

#[test]
fn every_file_of_the_download_page_is_an_archive_an_installer_a_source_or_a_named_exception() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut versions = BTreeSet::new();
    let mut platforms = BTreeSet::new();
    for name in FILES.lines() {
        let parsed = parse_archive_name(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        let kind = match &parsed {
            ArchiveName::Toolchain(id) => {
                assert_eq!(id.archive_name(), name, "a regular name is what its toolchain prints");
                platforms.insert(id.platform().to_string());
                "toolchain"
            }
            ArchiveName::Odd(id, OddName::Osx10_6 | OddName::Osx10_8) => {
                assert!(id.version() <= &"1.4.2".parse().unwrap() && id.platform().os() == "darwin", "{name}");
                "osx"
            }
            ArchiveName::Odd(id, OddName::LinuxArm6) => {
                assert_eq!(id.to_string(), "go1.6beta1.linux-arm");
                "arm6"
            }
            ArchiveName::Installer(_) => "installer",
            ArchiveName::Source(_) => "source",
            ArchiveName::Bootstrap(_) => "bootstrap",
        };
        *counts.entry(kind).or_default() += 1;
        versions.extend(parsed.version().cloned());
    }
    assert_eq!(counts.values().sum::<usize>(), FILES.lines().count());
    assert_eq!((counts["arm6"], counts["bootstrap"]), (1, 2));
    let osx = FILES.lines().filter(|name| name.contains("-osx") && name.ends_with(".tar.gz")).count();
    assert_eq!(counts["osx"], osx);
    assert_eq!(counts["source"], FILES.lines().filter(|name| name.ends_with(".src.tar.gz")).count());
    assert!(platforms.contains("linux-arm") && !platforms.contains("linux-armv6l"));

    // Strictly ordered: no two published names are equal for Go, and prereleases are in the right place.
    let ordered: Vec<&Version> = versions.iter().collect();
    assert!(ordered.windows(2).all(|pair| pair[0].go_order(pair[1]).is_lt()));
    assert_eq!(ordered.first().unwrap().as_str(), "1.2.2");
    assert_eq!(ordered.last().unwrap().as_str(), "1.17.3");
    let at = |text: &str| ordered.iter().position(|version| version.as_str() == text).unwrap();
    assert!(at("1.9.2rc2") < at("1.9.2") && at("1.9.1") < at("1.9.2rc2"));
    assert!(at("1.6beta1") < at("1.6beta2") && at("1.6rc2") < at("1.6"));
    let uncandidates: Vec<&str> = ordered.iter().filter(|v| !v.is_candidate()).map(|v| v.as_str()).collect();
    assert_eq!(uncandidates, ["1.9.2rc2"]);
}

#[test]
fn names_that_no_go_archive_has_are_refused() {
    let bad = [
        "",
        "go",
        "go1.27.3",
        "go1.27.3.tar.gz",
        "go1.27.3.linux.tar.gz",
        "go1.27.3.linux-amd64",
        "go1.27.3.linux-amd64.zip",
        "go1.27.3.windows-amd64.tar.gz",
        "go1.27.3.linux-amd64.pkg",
        "go1.27.3.linux-arm.tar.gz",
        "go1.27.3.linux-arm6.tar.gz",
        "go1.27.3.linux-amd64.tar.gz.asc",
        "go1.27.3.linux-amd64.tar.gz.sha256",
        "go1.27.3.Linux-amd64.tar.gz",
        "go1.27.3.linux-amd64-x.tar.gz",
        "go1.27.3.darwin-amd64-osx10.7.tar.gz",
        "go1.27.3.linux-amd64-osx10.8.tar.gz",
        "go1.22.linux-amd64.tar.gz",
        "go1.20.0.linux-amd64.tar.gz",
        "go1.22.src.tar.gz",
        "gogo1.27.3.linux-amd64.tar.gz",
        "1.27.3.linux-amd64.tar.gz",
        "go1.27.3.linux-amd64.tar.gz/",
        "../go1.27.3.linux-amd64.tar.gz",
        "go1.27.3.linux-../x.tar.gz",
        "go1.27.3.linux-amd64\\x.tar.gz",
        "go1.27.3.linux-amd64.tar.gz\0",
        "go1.4-bootstrap-2017053.tar.gz",
        "go1.4-bootstrap-../../..tar.gz",
        "go1.27.3.-.tar.gz",
    ];
    for name in bad {
        assert!(parse_archive_name(name).is_err(), "{name}");
    }
    assert!(parse_archive_name(&format!("go1.{}.linux-amd64.tar.gz", "9".repeat(200))).is_err());
}

#[test]
fn a_platform_prints_what_it_reads_and_refuses_what_could_be_a_path() {
    for text in ["linux-amd64", "darwin-arm64", "windows-386", "linux-arm", "plan9-386", "dragonfly-amd64"] {
        assert_eq!(text.parse::<Platform>().unwrap().to_string(), text);
    }
    for bad in [
        "",
        "-",
        "linux",
        "linux-",
        "-amd64",
        "linux-amd64-x",
        "Linux-amd64",
        "linux/amd64",
        "../x-y",
        "a-b/c",
        "linux-amd64\0",
        "linux amd64",
        "abcdefghijklmnopq-amd64",
        "lïnux-amd64",
        "linux-armv6l",
        "linux-arm6",
    ] {
        assert!(bad.parse::<Platform>().is_err(), "{bad:?}");
    }
}

#[test]
fn rust_names_become_go_names() {
    let cases = [
        ("linux", "x86_64", "linux-amd64"),
        ("linux", "x86", "linux-386"),
        ("linux", "aarch64", "linux-arm64"),
        ("linux", "arm", "linux-arm"),
        ("linux", "riscv64", "linux-riscv64"),
        ("linux", "s390x", "linux-s390x"),
        ("linux", "loongarch64", "linux-loong64"),
        ("linux", "powerpc64le", "linux-ppc64le"),
        ("macos", "aarch64", "darwin-arm64"),
        ("windows", "x86_64", "windows-amd64"),
        ("freebsd", "x86_64", "freebsd-amd64"),
    ];
    for (os, arch, expected) in cases {
        assert_eq!(Platform::from_rust(os, arch).unwrap().to_string(), expected);
    }
    assert!(Platform::from_rust("haiku", "x86_64").is_err());
    assert!(Platform::from_rust("linux", "sparc64").is_err());
    assert!(Platform::of_this_build().is_ok());
}

#[test]
fn a_toolchain_has_one_name_on_disk_one_as_an_archive_and_one_as_a_module() {
    let cases = [
        ("go1.27.3.linux-amd64", "go1.27.3.linux-amd64.tar.gz", "v0.0.1-go1.27.3.linux-amd64"),
        ("go1.27.3.windows-amd64", "go1.27.3.windows-amd64.zip", "v0.0.1-go1.27.3.windows-amd64"),
        ("go1.27.3.linux-arm", "go1.27.3.linux-armv6l.tar.gz", "v0.0.1-go1.27.3.linux-arm"),
        ("go1.27.3.freebsd-arm", "go1.27.3.freebsd-arm.tar.gz", "v0.0.1-go1.27.3.freebsd-arm"),
        ("go1.20.darwin-arm64", "go1.20.darwin-arm64.tar.gz", "v0.0.1-go1.20.darwin-arm64"),
        ("go1.27rc1.linux-386", "go1.27rc1.linux-386.tar.gz", "v0.0.1-go1.27rc1.linux-386"),
    ];
    for (text, archive, module) in cases {
        let id: ToolchainId = text.parse().unwrap();
        assert_eq!(
            (id.to_string().as_str(), id.archive_name().as_str(), id.module_version().as_str()),
            (text, archive, module)
        );
        assert_eq!(ToolchainId::from_module_version(module).unwrap(), id);
        assert_eq!(parse_archive_name(archive).unwrap().toolchain(), Some(&id));
    }
}

#[test]
fn a_toolchain_is_never_named_after_a_language_version_or_a_second_spelling() {
    let linux: Platform = "linux-amd64".parse().unwrap();
    let id = |version: &str| ToolchainId::new(version.parse().unwrap(), linux.clone()).to_string();
    assert_eq!(id("1.22"), "go1.22.0.linux-amd64");
    assert_eq!(id("1.20.0"), "go1.20.linux-amd64");
    assert_eq!(id("1.20"), "go1.20.linux-amd64");
    assert_eq!(id("1.0.0"), "go1.linux-amd64");
    let bad = [
        "go1.22.linux-amd64",
        "go1.20.0.linux-amd64",
        "1.27.3.linux-amd64",
        "gogo1.27.3.linux-amd64",
        "go1.27.3",
        "go1.27.3.linux",
        "go1.27.3.linux-amd64/..",
        "go1.27.3.linux-amd64\\x",
        "go1.27.3-custom.linux-amd64",
        "../go1.27.3.linux-amd64",
        "go1.27.3.linux-amd64.tar.gz",
        "",
        "go0.21.linux-amd64",
    ];
    for text in bad {
        assert!(text.parse::<ToolchainId>().is_err(), "{text:?}");
        assert!(ToolchainId::from_module_version(&format!("v0.0.1-{text}")).is_err(), "{text:?}");
    }
    assert!(ToolchainId::from_module_version("v0.0.2-go1.27.3.linux-amd64").is_err());
}
