//! Encrypted connections: which certificates are trusted, and no redirect to plain http.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::support::*;
use diag::{Class, Diagnose, Silent};
use fetch::{Client, Document, Settings};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use sys::{Clock, Env, Fs, Sys};
use tempfile::TempDir;
use url::Url;

/// A TLS server on loopback that answers every request with one answer, and its certificates.
struct Encrypted {
    url: Url,
    authority_pem: String,
    own_pem: String,
    /// The heads of the requests.
    heard: Arc<Mutex<Vec<String>>>,
}

fn encrypted(answer: &'static str) -> Encrypted {
    encrypted_as(localhost(), answer)
}

fn localhost() -> CertificateParams {
    CertificateParams::new(["localhost".to_owned()]).unwrap()
}

/// With a certificate of an authority.
fn encrypted_as(params: CertificateParams, answer: &'static str) -> Encrypted {
    let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = params.signed_by(&key, &authority).unwrap();
    Encrypted { authority_pem: authority.pem(), ..serve(&leaf, &key, answer) }
}

/// With a certificate that the server has signed itself.
fn self_signed(params: CertificateParams) -> Encrypted {
    let key = KeyPair::generate().unwrap();
    serve(&params.self_signed(&key).unwrap(), &key, OK)
}

fn serve(leaf: &rcgen::Certificate, key: &KeyPair, answer: &'static str) -> Encrypted {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let (config, listener) = (Arc::new(config), TcpListener::bind(("127.0.0.1", 0)).unwrap());
    let url = format!("https://localhost:{}/x", listener.local_addr().unwrap().port());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hears = heard.clone();
    // The thread ends with the test's process; a refused handshake ends one connection only.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut tls = BufReader::new(rustls::StreamOwned::new(connection, stream.unwrap()));
            let (mut line, mut head) = (String::new(), String::new());
            while tls.read_line(&mut line).is_ok_and(|read| read > 2) {
                head.push_str(&line);
                line.clear();
            }
            hears.lock().unwrap().push(head);
            let _ = tls.get_mut().write_all(answer.as_bytes());
            tls.get_mut().conn.send_close_notify();
            let _ = tls.get_mut().flush();
        }
    });
    Encrypted { url: Url::parse(&url).unwrap(), authority_pem: String::new(), own_pem: leaf.pem(), heard }
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";

fn with_env(vars: &[(&str, &Path)]) -> Sys {
    Sys::new(Fs::real(), Clock::manual(0), Env::of(vars.iter().copied(), "/".into(), None))
}

fn pem_file(folder: &TempDir, server: &Encrypted) -> std::path::PathBuf {
    let path = folder.path().join("authority.pem");
    Fs::real().replace(&path, server.authority_pem.as_bytes()).unwrap();
    path
}

#[test]
fn an_unknown_authority_is_refused_and_the_reason_given_at_once() {
    let server = encrypted(OK);
    let error = client(&with_env(&[])).get(&Document::new(server.url, 10), &Silent).unwrap_err();
    assert_eq!((error.class(), error.word()), (Class::Network, "certificate-untrusted"), "{error}");
    assert!(error.to_string().contains("localhost") && !error.to_string().contains("tried"), "{error}");
    assert!(error.hints().lines()[0].contains("SSL_CERT_FILE"));
}

#[test]
fn authorities_come_from_the_environment_or_the_settings() {
    let (server, folder) = (encrypted(OK), tempfile::tempdir().unwrap());
    let path = pem_file(&folder, &server);
    let wanted = Document::new(server.url, 10);
    Fs::real().replace(&folder.path().join("README"), b"not a certificate").unwrap();
    for vars in [("SSL_CERT_FILE", path.as_path()), ("SSL_CERT_DIR", folder.path())] {
        assert_eq!(client(&with_env(&[vars])).get(&wanted, &Silent).unwrap().bytes, b"ok", "{vars:?}");
    }
    let settings = Settings { ca_file: Some(path), ..settings() };
    let client = Client::new(&with_env(&[]), settings).unwrap();
    match client.get(&wanted, &Silent) {
        // Wine 8 refuses the structure that adds an authority on Windows (E_INVALIDARG).
        Err(error) if cfg!(windows) && error.to_string().contains("-2147024809") => {
            println!("skipped: authorities of the settings: {error}");
        }
        answer => assert_eq!(answer.unwrap().bytes, b"ok"),
    }
}

#[test]
fn a_file_of_authorities_that_is_not_there_is_an_error_that_names_it() {
    let server = encrypted(OK);
    let sys = with_env(&[("SSL_CERT_FILE", Path::new("/nowhere/authority.pem"))]);
    let error = client(&sys).get(&Document::new(server.url, 10), &Silent).unwrap_err();
    assert!(
        error.to_string().contains("`SSL_CERT_FILE`: read the certificates in `/nowhere/authority.pem`"),
        "{error}"
    );
    assert_eq!(error.class(), Class::Environment);
}

#[test]
fn a_redirect_back_to_plain_http_is_refused() {
    let server = encrypted(
        "HTTP/1.1 302 Found\r\nlocation: http://localhost:1/x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    );
    let folder = tempfile::tempdir().unwrap();
    let path = pem_file(&folder, &server);
    let sys = with_env(&[("SSL_CERT_FILE", path.as_path())]);
    let error = client(&sys).get(&Document::new(server.url, 10), &Silent).unwrap_err();
    assert_eq!(error.word(), "bad-redirect");
    assert!(error.to_string().contains("redirects from https to `http://localhost:1/x`"), "{error}");
}

#[test]
fn a_server_that_a_file_names_itself_is_trusted_and_no_other() {
    // Goal: what the go command and curl accept, and nothing beyond it.
    let with_ca_bit = || {
        let mut params = localhost();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    };
    let mut expired = with_ca_bit();
    (expired.not_before, expired.not_after) = (rcgen::date_time_ymd(2001, 1, 1), rcgen::date_time_ymd(2002, 1, 1));
    let mut early = localhost();
    early.not_before = rcgen::date_time_ymd(3000, 1, 1);
    early.not_after = rcgen::date_time_ymd(3001, 1, 1);
    let mut of_other = CertificateParams::new(["other.test".to_owned()]).unwrap();
    of_other.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let rows: [(&str, Encrypted, bool); 6] = [
        ("self-signed, as openssl makes it", self_signed(with_ca_bit()), true),
        ("self-signed without the CA bit", self_signed(localhost()), true),
        ("of an authority that is not named", encrypted(OK), true),
        ("expired", self_signed(expired), false),
        ("not valid yet", self_signed(early), false),
        ("for another host", self_signed(of_other), false),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("named.pem");
    for (what, server, trusted) in rows {
        let wanted = Document::new(server.url.clone(), 10);
        let certificates = format!("{}{}", self_signed(with_ca_bit()).own_pem, server.own_pem);
        Fs::real().replace(&path, certificates.as_bytes()).unwrap();
        let got = client(&with_env(&[("SSL_CERT_FILE", &path)])).get(&wanted, &Silent);
        assert_eq!(got.as_ref().is_ok(), trusted, "{what}: {got:?}");
        if let Err(error) = got {
            assert_eq!(error.word(), "certificate-untrusted", "{what}: {error}");
        }
        let settings = Settings { ca_file: Some(path.clone()), ..settings() };
        match Client::new(&with_env(&[]), settings).unwrap().get(&wanted, &Silent) {
            Err(error) if cfg!(windows) && error.to_string().contains("-2147024809") => {}
            got => assert_eq!(got.is_ok(), trusted, "{what}, by the setting: {got:?}"),
        }
    }
    // Another certificate of the same name, key length and form is another server.
    Fs::real().replace(&path, self_signed(with_ca_bit()).own_pem.as_bytes()).unwrap();
    let other = self_signed(with_ca_bit());
    let error = client(&with_env(&[("SSL_CERT_FILE", &path)])).get(&Document::new(other.url, 10), &Silent).unwrap_err();
    assert_eq!(error.word(), "certificate-untrusted", "{error}");
}

#[test]
fn a_file_without_certificates_is_an_error_that_names_it() {
    let (server, folder) = (encrypted(OK), tempfile::tempdir().unwrap());
    let path = folder.path().join("authority.der");
    Fs::real().replace(&path, b"0\x82 no PEM").unwrap();
    let error =
        client(&with_env(&[("SSL_CERT_FILE", &path)])).get(&Document::new(server.url, 10), &Silent).unwrap_err();
    assert!(error.to_string().ends_with("it has no certificate in PEM form"), "{error}");
}

/// A machine that trusts a server and has this `.netrc`.
fn with_netrc(folder: &TempDir, server: &Encrypted, netrc: &str) -> Sys {
    let (certificates, path) = (pem_file(folder, server), folder.path().join("netrc"));
    Fs::real().replace(&path, netrc.as_bytes()).unwrap();
    with_env(&[("SSL_CERT_FILE", &certificates), ("NETRC", &path)])
}

/// A server that the client knows as `localhost:PORT`.
fn host(server: &Encrypted) -> String {
    format!("localhost:{}", server.url.port().unwrap())
}

#[test]
fn credentials_of_a_netrc_go_to_their_host_over_https_and_nowhere_else() {
    let (server, folder) = (encrypted(OK), tempfile::tempdir().unwrap());
    let netrc = format!("machine {} login user password s3cret\n", host(&server));
    let sys = with_netrc(&folder, &server, &netrc);
    let sent = |server: &Encrypted| {
        let head = server.heard.lock().unwrap().pop().unwrap().to_ascii_lowercase();
        head.lines().find_map(|line| line.strip_prefix("authorization: ").map(str::to_owned))
    };
    let wanted = Document::new(server.url.clone(), 10);
    client(&sys).get(&wanted, &Silent).unwrap();
    assert_eq!(sent(&server).as_deref(), Some("basic dxnlcjpzm2nyzxq="));
    // An address's own go first, and GOAUTH may say that there are none.
    let mut own = server.url.clone();
    own.set_username("me").unwrap();
    client(&sys).get(&Document::new(own, 10), &Silent).unwrap();
    assert_eq!(sent(&server).as_deref(), Some("basic bwu6"));
    for goauth in ["off", "git /srv/repo", "netrc;off"] {
        let settings = Settings { goauth: fetch::Goauth::parse(goauth), ..settings() };
        Client::new(&sys, settings).unwrap().get(&wanted, &Silent).unwrap();
        assert_eq!(sent(&server), None, "{goauth}");
    }
    // Files have them, too.
    let job = fetch::Job::new(server.url.clone(), "x", folder.path().join("parts"), 10);
    client(&sys).fetch_whole(&job, &Silent, &Silent).unwrap();
    assert_eq!(sent(&server).as_deref(), Some("basic dxnlcjpzm2nyzxq="));
    // Over http the same host and port would not get them.
    let plain = testkit::http::Server::start(|_| testkit::http::Response::ok("x"));
    let netrc = format!("machine {} login user password s3cret", &plain.url()["http://".len()..]);
    let sys = with_netrc(&folder, &server, &netrc);
    client(&sys).get(&Document::new(Url::parse(&plain.url()).unwrap(), 10), &Silent).unwrap();
    assert_eq!(plain.requests()[0].header("authorization"), None);
}

#[test]
fn a_redirect_to_another_host_carries_no_credentials() {
    let second = self_signed(localhost());
    let port = second.url.port().unwrap();
    let head = "HTTP/1.1 302 Found\r\ncontent-length: 0\r\nconnection: close\r\nlocation: ";
    let first = encrypted(Box::leak(format!("{head}https://localhost:{port}/y\r\n\r\n").into_boxed_str()));
    let folder = tempfile::tempdir().unwrap();
    let netrc = format!("machine {} login user password s3cret", host(&first));
    let sys = with_netrc(&folder, &first, &netrc);
    let both = format!("{}{}", first.authority_pem, second.own_pem);
    Fs::real().replace(&folder.path().join("authority.pem"), both.as_bytes()).unwrap();
    assert_eq!(client(&sys).get(&Document::new(first.url, 10), &Silent).unwrap().bytes, b"ok");
    let heard = |server: &Arc<Mutex<Vec<String>>>| server.lock().unwrap().join("").to_ascii_lowercase();
    assert!(heard(&first.heard).contains("authorization") && !heard(&second.heard).contains("authorization"));
}

#[test]
fn a_401_says_where_credentials_belong_and_shows_none() {
    let refusal = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (server, folder) = (encrypted(refusal), tempfile::tempdir().unwrap());
    let path = folder.path().join("netrc").display().to_string();
    let host = host(&server);
    let add = format!("add `machine {host} login NAME password TOKEN` to `{path}`");
    let entry = format!("machine {host} login user password s3cret");
    let git = "goward does not run the programs that `GOAUTH` names; if";
    for (netrc, goauth, hint) in [
        ("", "netrc", format!("if `{host}` wants credentials, {add}")),
        (&entry, "netrc", format!("`{host}` refuses the credentials that `{path}` has for it")),
        (
            &entry,
            "off",
            format!("`GOAUTH=off` keeps goward from sending credentials; if `{host}` wants some, unset it and {add}"),
        ),
        ("", "git /srv/repo;netrc", format!("{git} `{host}` wants credentials, {add}")),
        ("", "helper s3cret", format!("{git} `{host}` wants credentials, {add}, and the method `netrc` to `GOAUTH`")),
        (&entry, "", format!("`GOAUTH` has an empty method, so goward sent no credentials to `{host}`")),
    ] {
        let sys = with_netrc(&folder, &server, netrc);
        let settings = Settings { goauth: fetch::Goauth::parse(goauth), ..settings() };
        let error =
            Client::new(&sys, settings).unwrap().get(&Document::new(server.url.clone(), 10), &Silent).unwrap_err();
        assert_eq!(error.hints().lines(), [hint], "{goauth}");
        assert!(!format!("{error:?} {error}").contains("s3cret"), "{error:?}");
    }
}

#[test]
fn a_probe_tells_the_steps_of_an_encrypted_server_and_where_it_stopped() {
    let (server, folder) = (encrypted(OK), tempfile::tempdir().unwrap());
    let path = pem_file(&folder, &server);
    let urls = [server.url.clone()];
    let good = fetch::probe(&with_env(&[("SSL_CERT_FILE", path.as_path())]), &settings(), &urls).remove(0);
    assert_eq!((good.status, &good.failure), (Some(200), &None));
    assert!(good.name.is_some() && good.connection.is_some() && good.handshake.is_some() && good.answer.is_some());
    assert!(server.heard.lock().unwrap()[0].starts_with("HEAD /x HTTP/1.1"));
    let bad = fetch::probe(&with_env(&[]), &settings(), &urls).remove(0);
    assert!(matches!(bad.failure, Some(fetch::Reason::Certificate { .. })), "{bad:?}");
    assert!(bad.connection.is_some() && bad.handshake.is_none() && bad.status.is_none());
}
