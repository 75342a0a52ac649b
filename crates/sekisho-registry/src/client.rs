//! Requests to registries: signed in as the registry asks, redirected without credentials, made again when it is
//! busy, within limits of time and size.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use data_encoding::BASE64;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sekisho_manifest::ImageRef;
use serde::Deserialize;
use ureq::http::{Response, Uri};
use ureq::{Agent, Body};

use crate::address;
use crate::challenge::Challenge;
use crate::credential::{Credential, CredentialDocument};
use crate::error::RegistryError;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::tls::Agents;

/// The most redirections that are followed.
const REDIRECTS: u32 = 10;
/// The most bytes of an answer that says what is wrong, or holds a token.
const ANSWER_LIMIT: u64 = 1 << 20;
/// How much of what a registry says is shown.
const SHOWN: usize = 200;

/// Speaks to registries. Several threads may use one at the same time.
#[derive(Debug)]
pub struct Client {
    settings: Settings,
    agents: Arc<Agents>,
    /// The address of each host that need not have TLS.
    addresses: Arc<Mutex<HashMap<String, String>>>,
    /// The value of the header `Authorization`, by host and repository.
    known: Mutex<HashMap<(String, String), Secret>>,
}

/// One server that may have an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// The address, without a slash at its end: `https://registry-1.docker.io`.
    pub(crate) address: String,
    /// The name under which credentials for it are kept.
    pub(crate) registry: String,
}

/// A request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'q> {
    pub(crate) endpoint: &'q Endpoint,
    pub(crate) repository: &'q str,
    /// What is asked for, below the repository: `manifests/latest`.
    pub(crate) path: &'q str,
    pub(crate) accept: Option<&'q str>,
    /// The first byte that is wanted.
    pub(crate) from: u64,
    /// What is done.
    pub(crate) method: Method<'q>,
}

/// What is done with what a request names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method<'q> {
    /// It is wanted.
    Get,
    /// It is asked whether it is there.
    Head,
    /// Something is begun there.
    Post(Sent<'q>),
    /// It is put there.
    Put(Sent<'q>),
}

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sent<'q> {
    /// Its type.
    pub(crate) media_type: &'q str,
    /// Its bytes.
    pub(crate) bytes: &'q [u8],
}

impl Method<'_> {
    fn writes(self) -> bool {
        matches!(self, Self::Post(_) | Self::Put(_))
    }
}

#[derive(Deserialize)]
struct TokenAnswer {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    access_token: Option<String>,
}

impl Client {
    /// A client with these settings. Nothing is sent yet.
    pub fn new(settings: Settings) -> Self {
        let agents = Arc::new(Agents::new(settings.patience, settings.whole));
        Self { settings, agents, addresses: Arc::default(), known: Mutex::default() }
    }

    /// One that is somebody else: these documents count before those on record. It shares connections, and what is known
    /// of servers, but no token.
    #[must_use]
    pub fn signed_in_by(&self, documents: Vec<CredentialDocument>) -> Self {
        let credentials = self.settings.credentials.clone().behind(documents);
        Self {
            settings: Settings { credentials, ..self.settings.clone() },
            agents: Arc::clone(&self.agents),
            addresses: Arc::clone(&self.addresses),
            known: Mutex::default(),
        }
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The servers that may have an image, in the order in which they are asked.
    pub(crate) fn endpoints(&self, image: &ImageRef) -> Vec<Endpoint> {
        let registry = image.registry.as_str();
        let mirrors = self.settings.mirrors.iter().filter(|(of, _)| of == registry);
        let mut endpoints: Vec<Endpoint> = mirrors
            .map(|(_, address)| {
                let address = address.trim_end_matches('/');
                let address =
                    if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
                Endpoint { registry: address::host_of(&address).to_owned(), address }
            })
            .collect();
        endpoints.push(self.home(image));
        endpoints
    }

    /// The server that the name of an image means.
    pub(crate) fn home(&self, image: &ImageRef) -> Endpoint {
        let registry = image.registry.as_str();
        let host = if registry == "docker.io" { "registry-1.docker.io" } else { registry };
        Endpoint { address: self.address(host), registry: registry.to_owned() }
    }

    /// The address of a registry: with TLS, unless it need not have it and has not.
    fn address(&self, host: &str) -> String {
        let with_tls = format!("https://{host}");
        if !self.may_be_insecure(host) {
            return with_tls;
        }
        if let Some(address) = self.addresses.lock().unwrap_or_else(PoisonError::into_inner).get(host) {
            return address.clone();
        }
        let agent = self.agent(&with_tls);
        let found = match agent.get(format!("{with_tls}/v2/")).call() {
            Ok(_) => with_tls,
            Err(_) => format!("http://{host}"),
        };
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        addresses.entry(host.to_owned()).or_insert(found).clone()
    }

    fn may_be_insecure(&self, host: &str) -> bool {
        let name = address::without_port(host);
        address::is_loopback(name)
            || self.settings.insecure.iter().any(|known| known == host || known == name)
    }

    fn agent(&self, address: &str) -> Agent {
        let host = address::host_of(address);
        self.agents.of(host, self.may_be_insecure(host))
    }

    /// Asks, signs in where the registry wants it, waits where it is busy, and follows where it leads.
    pub(crate) fn ask(&self, question: Question<'_>) -> Result<Response<Body>, RegistryError> {
        let mut tries = 0;
        let mut signed_in = false;
        let host = address::host_of(&question.endpoint.address).to_owned();
        let key = (host.clone(), question.repository.to_owned());
        loop {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
            let sent = self.follow(question, known.as_ref());
            let response = match sent {
                Err(error @ RegistryError::Unreachable { .. }) if tries < self.settings.retries => {
                    if Self::is_hopeless(&error) {
                        return Err(error);
                    }
                    self.pause(tries);
                    tries += 1;
                    continue;
                }
                sent => sent?,
            };
            let status = response.status().as_u16();
            match status {
                200..=206 => return Ok(response),
                401 if !signed_in => {
                    signed_in = true;
                    let header = self.sign_in(question, &response)?;
                    let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                    match header {
                        Some(header) => known.insert(key.clone(), header),
                        None => return Err(Self::denied(question, false)),
                    };
                }
                429 | 500 | 502..=504 => {
                    if tries >= self.settings.retries {
                        return Err(match status {
                            429 => RegistryError::Busy { server: host },
                            _ => refusal(&host, response),
                        });
                    }
                    match wait(&response) {
                        Some(wait) if wait > self.settings.longest_wait => {
                            return Err(RegistryError::Busy { server: host });
                        }
                        Some(wait) => thread::sleep(wait),
                        None => self.pause(tries),
                    }
                    tries += 1;
                }
                401 | 403 => {
                    let has_credential = self.credential(question)?.is_some();
                    return Err(Self::denied(question, has_credential));
                }
                404 => {
                    return Err(RegistryError::NotFound {
                        registry: question.endpoint.registry.clone(),
                        what: format!("`{}/{}`", question.repository, question.path),
                    });
                }
                _ => return Err(refusal(&host, response)),
            }
        }
    }

    /// Whether trying again is of no use: a name that is not known, a certificate that nobody vouches for.
    fn is_hopeless(error: &RegistryError) -> bool {
        let said = error.to_string();
        ["certificate", "host not found", "refused", "failed to lookup"]
            .iter()
            .any(|word| said.contains(word))
    }

    fn pause(&self, tries: u32) {
        let pause = self.settings.pause.saturating_mul(1 << tries.min(8));
        thread::sleep(pause.min(self.settings.longest_wait));
    }

    fn denied(question: Question<'_>, has_credential: bool) -> RegistryError {
        let (user, hint) = if has_credential {
            let hint = if question.method.writes() {
                "sign in again, or ask for the right to push"
            } else {
                "sign in again, or ask for the right to pull"
            };
            ("the user on record", hint)
        } else {
            ("whoever is not signed in", "sign in with `docker login`, or name a file of credentials")
        };
        RegistryError::Denied {
            registry: question.endpoint.registry.clone(),
            repository: question.repository.to_owned(),
            user,
            hint,
        }
    }

    /// Sends a request and follows redirections. The credential goes to the registry alone.
    fn follow(
        &self,
        question: Question<'_>,
        authorization: Option<&Secret>,
    ) -> Result<Response<Body>, RegistryError> {
        let home = address::origin(&question.endpoint.address);
        let first = if question.path.contains("://") {
            // The registry named the place itself.
            if let Some(why) = self.why_not(&question.endpoint.address, question.path) {
                let (server, target) = (address::host_of(&home).to_owned(), address::origin(question.path));
                return Err(RegistryError::Redirect { server, target, why });
            }
            question.path.to_owned()
        } else {
            format!("{}/v2/{}/{}", question.endpoint.address, question.repository, question.path)
        };
        let mut url = first.clone();
        for _ in 0..=REDIRECTS {
            let is_home = address::origin(&url) == home;
            let response = self.once(&url, question, authorization.filter(|_| is_home))?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                if response.status().as_u16() == 401 && !is_home {
                    // Whoever wants to know who we are here is not the registry.
                    return Err(refusal(address::host_of(&url), response));
                }
                return Ok(response);
            }
            let target = response.headers().get("location").and_then(|value| value.to_str().ok());
            let target = target.and_then(|target| address::join(&url, target));
            let server = address::host_of(&url).to_owned();
            let Some(target) = target else {
                return Err(RegistryError::Status {
                    server,
                    status: response.status().as_u16(),
                    message: String::new(),
                });
            };
            if let Some(why) = self.why_not(&url, &target) {
                return Err(RegistryError::Redirect { server, target: address::origin(&target), why });
            }
            url = target;
        }
        Err(RegistryError::Redirects { server: address::host_of(&first).to_owned(), limit: REDIRECTS })
    }

    /// Why a redirection is not followed, where it is not.
    fn why_not(&self, from: &str, to: &str) -> Option<&'static str> {
        let host = |url| address::without_port(address::host_of(url)).to_owned();
        if from.starts_with("https://")
            && to.starts_with("http://")
            && !self.may_be_insecure(address::host_of(to))
        {
            return Some("it has no TLS");
        }
        let (from, to) = (host(from), host(to));
        let is_inner = address::is_loopback(&to) || address::is_link_local(&to);
        (is_inner && !address::is_loopback(&from)).then_some("it is an address of this machine or its link")
    }

    fn once(
        &self,
        url: &str,
        question: Question<'_>,
        authorization: Option<&Secret>,
    ) -> Result<Response<Body>, RegistryError> {
        let request = match question.method {
            Method::Get => ureq::http::Request::get(url),
            Method::Head => ureq::http::Request::head(url),
            Method::Post(_) => ureq::http::Request::post(url),
            Method::Put(_) => ureq::http::Request::put(url),
        };
        let mut request = request.header("accept-encoding", "identity");
        if let Some(accept) = question.accept {
            request = request.header("accept", accept);
        }
        if question.from > 0 {
            request = request.header("range", format!("bytes={}-", question.from));
        }
        if let Some(header) = authorization {
            request = request.header("authorization", header.reveal());
        }
        let unreachable = |message: String| RegistryError::Unreachable {
            server: address::host_of(url).to_owned(),
            message,
        };
        // The error of a header would show it.
        let badly = |_| unreachable("the address cannot be asked".to_owned());
        let sent = match question.method {
            Method::Get | Method::Head => self.agent(url).run(request.body(()).map_err(badly)?),
            Method::Post(sent) | Method::Put(sent) => {
                let request = request.header("content-type", sent.media_type);
                self.agent(url).run(request.body(sent.bytes).map_err(badly)?)
            }
        };
        sent.map_err(|error| unreachable(error.to_string()))
    }

    fn credential(&self, question: Question<'_>) -> Result<Option<Credential>, RegistryError> {
        let credentials = &self.settings.credentials;
        Ok(credentials.of_repository(&question.endpoint.registry, question.repository)?)
    }

    /// The header that a registry asks for; none where we have nothing for it.
    fn sign_in(
        &self,
        question: Question<'_>,
        response: &Response<Body>,
    ) -> Result<Option<Secret>, RegistryError> {
        let challenges = response.headers().get_all("www-authenticate").iter();
        let challenges: Vec<&str> = challenges.filter_map(|value| value.to_str().ok()).collect();
        let Some(challenge) = Challenge::parse(&challenges.join(", ")) else { return Ok(None) };
        let credential = self.credential(question)?;
        match (challenge, credential) {
            (_, Some(Credential::Bearer(token))) => Ok(Some(bearer(token.reveal()))),
            (Challenge::Basic, Some(Credential::Password { user, password })) => {
                Ok(Some(basic(&user, &password)))
            }
            (Challenge::Basic, _) => Ok(None),
            (Challenge::Bearer { realm, service, scope }, credential) => {
                let scope = scope.unwrap_or_else(|| {
                    let actions = if question.method.writes() { "pull,push" } else { "pull" };
                    format!("repository:{}:{actions}", question.repository)
                });
                self.token(question, &realm, service.as_deref(), &scope, credential.as_ref()).map(Some)
            }
        }
    }

    /// Gets a token of the service that a registry names.
    fn token(
        &self,
        question: Question<'_>,
        realm: &str,
        service: Option<&str>,
        scope: &str,
        credential: Option<&Credential>,
    ) -> Result<Secret, RegistryError> {
        let server = address::host_of(&question.endpoint.address).to_owned();
        let is_url = realm.parse::<Uri>().is_ok_and(|uri| uri.authority().is_some());
        let is_secure = realm.starts_with("https://");
        // Without TLS only where the registry itself has none, and only to who may be spoken to so.
        let may_be_plain = question.endpoint.address.starts_with("http://")
            && realm.starts_with("http://")
            && (credential.is_none() || self.may_be_insecure(address::host_of(realm)));
        if !is_url || !(is_secure || may_be_plain) {
            return Err(RegistryError::Realm { server, realm: address::origin(realm) });
        }
        if let Some(why) = self.why_not(&question.endpoint.address, realm) {
            return Err(RegistryError::Redirect { server, target: address::origin(realm), why });
        }
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let mut fields = vec![format!("scope={}", encode(scope))];
        fields.extend(service.map(|service| format!("service={}", encode(service))));
        let unreachable = |message: String| RegistryError::Unreachable {
            server: address::host_of(realm).to_owned(),
            message,
        };
        let badly = |_| unreachable("the address cannot be asked".to_owned());
        let agent = self.agent(realm);
        let mut tries = 0;
        let response = loop {
            let sent = if let Some(Credential::Identity(token)) = credential {
                let token = encode(token.reveal());
                let form = format!(
                    "grant_type=refresh_token&client_id=sekisho&refresh_token={token}&{}",
                    fields.join("&")
                );
                let request = ureq::http::Request::post(realm)
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(form);
                agent.run(request.map_err(badly)?)
            } else {
                let sign = if realm.contains('?') { '&' } else { '?' };
                let mut request = ureq::http::Request::get(format!("{realm}{sign}{}", fields.join("&")));
                if let Some(Credential::Password { user, password }) = credential {
                    request = request.header("authorization", basic(user, password).reveal());
                }
                agent.run(request.body(()).map_err(badly)?)
            };
            match sent {
                Ok(response) if matches!(response.status().as_u16(), 429 | 500 | 502..=504) => {
                    let pause = wait(&response);
                    if tries >= self.settings.retries || pause > Some(self.settings.longest_wait) {
                        return Err(RegistryError::Busy { server: address::host_of(realm).to_owned() });
                    }
                    pause.map_or_else(|| self.pause(tries), thread::sleep);
                    tries += 1;
                }
                Ok(response) => break response,
                Err(error) => return Err(unreachable(error.to_string())),
            }
        };
        if !response.status().is_success() {
            if matches!(response.status().as_u16(), 400 | 401 | 403) {
                return Err(Self::denied(question, credential.is_some()));
            }
            return Err(refusal(address::host_of(realm), response));
        }
        let bytes = whole(response, address::host_of(realm), ANSWER_LIMIT)?;
        let answer: Option<TokenAnswer> = serde_json::from_slice(&bytes).ok();
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let token = answer.and_then(|answer| given(answer.token).or(given(answer.access_token)));
        let token = token.ok_or_else(|| RegistryError::NoToken { realm: address::origin(realm) })?;
        Ok(bearer(&token))
    }
}

/// The whole of an answer.
pub(crate) fn whole(response: Response<Body>, server: &str, limit: u64) -> Result<Vec<u8>, RegistryError> {
    let mut bytes = Vec::new();
    let read = response.into_body().into_reader().take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| RegistryError::Unreachable {
        server: server.to_owned(),
        message: error.to_string(),
    })?;
    if bytes.len() as u64 > limit {
        return Err(RegistryError::TooLarge { server: server.to_owned(), limit });
    }
    Ok(bytes)
}

fn bearer(token: &str) -> Secret {
    Secret::new(format!("Bearer {token}"))
}

fn basic(user: &str, password: &Secret) -> Secret {
    let pair = format!("{user}:{}", password.reveal());
    Secret::new(format!("Basic {}", BASE64.encode(pair.as_bytes())))
}

/// How long a server asks to wait, in seconds or until a time.
fn wait(response: &Response<Body>) -> Option<Duration> {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let asked = header("retry-after")?;
    if let Ok(seconds) = asked.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    // The clock of the server counts, since ours may be another.
    let until = address::http_date(asked)?;
    let now = header("date").and_then(address::http_date)?;
    Some(Duration::from_secs(until.saturating_sub(now)))
}

/// An answer that is none, with what the server says of it.
fn refusal(server: &str, response: Response<Body>) -> RegistryError {
    #[derive(Deserialize)]
    struct Errors {
        errors: Vec<Said>,
    }
    #[derive(Deserialize)]
    struct Said {
        #[serde(default)]
        code: String,
        #[serde(default)]
        message: String,
    }
    let status = response.status().as_u16();
    let said = whole(response, server, ANSWER_LIMIT).ok();
    let errors: Option<Errors> = said.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let first = errors.and_then(|errors| errors.errors.into_iter().next());
    let message = first.map_or_else(String::new, |first| {
        let text = if first.message.is_empty() { first.code } else { first.message };
        let plain = text.chars().filter(|letter| !letter.is_control()).take(SHOWN);
        format!(": {}", plain.collect::<String>())
    });
    RegistryError::Status { server: server.to_owned(), status, message }
}
