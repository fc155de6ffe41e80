//! What an install does when sources are honest, silent, damaged or lying.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use acquire::InstallPlan;
use diag::{Class, Diagnose};
use testkit::TinyToolchain;
use testkit::http::Fault;
use trust::Evidence;

use crate::support::{assert_nothing, id, install, sources, world};

#[test]
fn an_installed_toolchain_has_its_tree_its_record_and_its_witnesses() {
    let (_upstream, fixture) = world(&["1.27.3"]);
    let ctx = fixture.ctx();
    let installed = install(&ctx, "1.27.3").unwrap();
    assert_eq!((installed.toolchain.clone(), installed.source.as_deref()), (id("1.27.3"), Some("official")));
    assert!(!installed.was_installed && installed.bytes_fetched > 0);
    assert_eq!(Evidence::of(&installed.witnesses), Evidence::Index);
    let tree = ctx.store.find_installed(&id("1.27.3")).unwrap().unwrap().tree;
    assert!(tree.join("VERSION").is_file());
    assert!(ctx.store.is_clean().unwrap());
    // The second time nothing is asked.
    let again = install(&ctx, "1.27.3").unwrap();
    assert!(again.was_installed && again.bytes_fetched == 0);
}

#[test]
fn the_next_source_is_asked_when_one_is_silent_or_gives_other_bytes() {
    for (what, damage) in [("hangs up", 0), ("other bytes", 1)] {
        let (upstream, fixture) = world(&["1.27.3"]);
        let archive = TinyToolchain::host("1.27.3").archive_name();
        match damage {
            0 => upstream.fault("/go/", Fault::HangUp, None),
            _ => upstream.corrupt(&archive),
        }
        let ctx = fixture.ctx();
        let installed = install(&ctx, "1.27.3").unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(installed.source.as_deref(), Some("proxy"), "{what}");
        assert_eq!(ctx.store.faults().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn an_archive_that_the_index_denies_is_refused_and_leaves_nothing() {
    let (upstream, mut fixture) = world(&["1.27.3"]);
    upstream.corrupt(&TinyToolchain::host("1.27.3").archive_name());
    fixture.set("GOWARD_SOURCES", "official");
    let ctx = fixture.ctx();
    let error = install(&ctx, "1.27.3").unwrap_err();
    assert_eq!((error.class(), error.word()), (Class::Integrity, "no-source-gave-it"));
    let tried = error.diagnosis().tried;
    assert_eq!(tried.len(), 1);
    assert_eq!((tried[0].name.as_str(), tried[0].class), ("official", Class::Integrity));
    assert_nothing(&ctx);
}

#[test]
fn without_a_network_the_error_is_of_the_network_and_names_every_source() {
    let (upstream, fixture) = world(&["1.27.3"]);
    for prefix in ["/dl", "/go", "/proxy", "/sumdb"] {
        upstream.take_down(prefix);
    }
    let ctx = fixture.ctx();
    let error = install(&ctx, "1.27.3").unwrap_err();
    assert_eq!(error.class(), Class::Network);
    let tried = error.diagnosis().tried;
    let names: Vec<&str> = tried.iter().map(|tried| tried.name.as_str()).collect();
    assert!(names.contains(&"official") && names.contains(&"proxy"), "{names:?}");
    assert_nothing(&ctx);
}

#[test]
fn several_at_once_come_back_in_the_order_of_their_plans_each_with_its_own_result() {
    let (_upstream, fixture) = world(&["1.26.8", "1.27.2", "1.27.3"]);
    let ctx = fixture.ctx();
    let versions = ["1.27.3", "1.25.0", "1.26.8", "1.27.2"];
    let plans =
        versions.map(|version| InstallPlan { request: version.to_owned(), toolchain: id(version), installed: false });
    let results = acquire::install(&sources(&ctx), &plans);
    let said: Vec<Option<String>> =
        results.iter().map(|result| result.as_ref().ok().map(|done| done.toolchain.version().to_string())).collect();
    assert_eq!(said, [Some("1.27.3".to_owned()), None, Some("1.26.8".to_owned()), Some("1.27.2".to_owned())]);
    assert_eq!(ctx.store.toolchains().unwrap().len(), 3);
}

#[test]
fn two_processes_that_install_one_toolchain_fetch_it_once() {
    let (upstream, fixture) = world(&["1.27.3"]);
    let fresh = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let ctx = fixture.ctx();
                if !install(&ctx, "1.27.3").unwrap().was_installed {
                    fresh.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(fresh.into_inner(), 1);
    let archive = format!("/go/{}", TinyToolchain::host("1.27.3").archive_name());
    assert_eq!(upstream.hits(&archive), 1);
}

#[test]
fn a_lock_file_that_knows_another_hash_forbids_what_every_witness_vouches_for() {
    let (_upstream, fixture) = world(&["1.27.3"]);
    let platform = id("1.27.3").platform().to_string();
    let name = TinyToolchain::host("1.27.3").archive_name();
    let (platform, other) = (platform.replace('-', "/"), "0".repeat(64));
    let text = format!(
        "schema = 1\n\n[[toolchain]]\nversion = \"1.27.3\"\nplatform = \"{platform}\"\narchive = \"{name}\"\n\
         sha256 = \"{other}\"\nbytes = 1\n"
    );
    fixture.file("project/goward.lock", text);
    let ctx = fixture.ctx();
    let error = install(&ctx, "1.27.3").unwrap_err();
    assert!(matches!(error.class(), Class::Policy | Class::Integrity | Class::Usage), "{error:?}");
    assert_nothing(&ctx);
}

#[test]
fn an_interrupt_ends_an_install_and_nothing_is_half_made() {
    let (_upstream, fixture) = world(&["1.27.3"]);
    let ctx = fixture.ctx();
    ctx.sys.interrupt().ask();
    let error = install(&ctx, "1.27.3").unwrap_err();
    assert_eq!(error.class(), Class::Interrupted);
    assert_nothing(&fixture.ctx());
}

#[test]
fn progress_ends_for_every_task_that_began() {
    #[derive(Default)]
    struct Counted(Arc<AtomicUsize>);
    struct Handle(Arc<AtomicUsize>);
    impl diag::Progress for Counted {
        fn begin(&self, _: diag::Task) -> Box<dyn diag::TaskHandle> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Box::new(Handle(self.0.clone()))
        }
        fn tell(&self, _: &str) {}
    }
    impl diag::TaskHandle for Handle {
        fn expect_bytes(&self, _: u64) {}
        fn held(&self, _: u64) {}
        fn advance(&self, _: u64) {}
        fn phase(&self, _: &'static str) {}
    }
    impl Drop for Handle {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
    let (_upstream, fixture) = world(&["1.27.3"]);
    let mut ctx = fixture.ctx();
    let open = Arc::new(AtomicUsize::new(0));
    ctx.progress = Arc::new(Counted(open.clone()));
    install(&ctx, "1.27.3").unwrap();
    assert_eq!(open.load(Ordering::Relaxed), 0);
}
