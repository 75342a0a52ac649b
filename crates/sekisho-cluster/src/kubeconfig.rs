//! Which server, and as whom: kubeconfig files as `kubectl` finds, merges and reads them, and the account of the Pod
//! where there is none.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use data_encoding::BASE64_MIME_PERMISSIVE;
use sekisho_manifest::{Budget, LineIndex, Node, SourceId, load_one};
use smol_str::SmolStr;

use crate::Secret;
use crate::credential::{Credentials, Token};
use crate::exec::ExecPlugin;
use crate::identity::Identity;

/// Why no access could be made out.
#[derive(Debug, thiserror::Error)]
pub enum KubeconfigError {
    /// A file cannot be read.
    #[error("cannot read `{path}`")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no YAML.
    #[error("`{path}` is no kubeconfig: {message}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// There is neither a file nor the account of a Pod.
    #[error("no cluster is configured: set KUBECONFIG, name a file with --kubeconfig, or run inside a Pod")]
    Nothing,
    /// The context does not exist.
    #[error("there is no context `{name}` in the kubeconfig; it has {known}")]
    NoContext {
        /// The context that was asked for.
        name: String,
        /// Those that exist.
        known: String,
    },
    /// No context is current and none was named.
    #[error("the kubeconfig has no current context; name one with --context; it has {known}")]
    NoCurrentContext {
        /// Those that exist.
        known: String,
    },
    /// A context names a cluster or a user that does not exist.
    #[error("the context `{context}` names the {what} `{name}`, which the kubeconfig does not have")]
    Dangling {
        /// The context.
        context: String,
        /// `cluster` or `user`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// An entry cannot be used.
    #[error("the {what} `{name}` of the kubeconfig {message}")]
    Entry {
        /// `cluster` or `user`.
        what: &'static str,
        /// Its name.
        name: String,
        /// What is wrong with it and what to do.
        message: String,
    },
}

/// The most bytes of a file that a kubeconfig names, and of a kubeconfig.
const FILE_LIMIT: u64 = 16 << 20;

/// Kubeconfig files, merged.
#[derive(Debug, Clone, Default)]
pub struct Kubeconfig {
    contexts: Vec<Entry>,
    clusters: Vec<Entry>,
    users: Vec<Entry>,
    current: SmolStr,
}

/// An entry of a list, and the folder that its paths are relative to.
#[derive(Clone)]
struct Entry {
    name: SmolStr,
    node: Node,
    folder: PathBuf,
}

/// Entries hold credentials: only the name is shown.
impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.name)
    }
}

/// How a server is reached, and as whom.
#[derive(Debug, Clone)]
pub struct Access {
    /// The context; empty inside a Pod.
    pub context: String,
    /// The address: `https://10.0.0.1:6443`.
    pub server: String,
    /// The namespace of the context.
    pub namespace: Option<String>,
    /// The authorities that the server's certificate may be of, as PEM; none: those of the system.
    pub(crate) authorities: Option<Vec<u8>>,
    /// Whether the server's certificate is taken whatever it is.
    pub(crate) insecure: bool,
    /// The name that the server's certificate must have, where it is not the host of the address.
    pub(crate) server_name: Option<String>,
    /// The proxy on the way.
    pub(crate) proxy: Option<String>,
    pub(crate) credentials: Credentials,
    /// Whom the user of the context acts as.
    pub(crate) identity: Identity,
}

impl Kubeconfig {
    /// The files that `kubectl` would read: the one that is named, else those of `KUBECONFIG`, else
    /// `~/.kube/config`. None where there are none.
    pub fn find(named: Option<&Path>) -> Result<Option<Self>, KubeconfigError> {
        if let Some(path) = named {
            let mut config = Self::default();
            config.add(path)?;
            return Ok(Some(config));
        }
        let listed = env::var_os("KUBECONFIG").filter(|value| !value.is_empty());
        let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".kube/config"));
        let paths: Vec<PathBuf> = match listed {
            Some(listed) => env::split_paths(&listed).filter(|path| !path.as_os_str().is_empty()).collect(),
            None => home().into_iter().collect(),
        };
        let there: Vec<&PathBuf> = paths.iter().filter(|path| path.exists()).collect();
        let mut config = Self::default();
        for path in &there {
            config.add(path)?;
        }
        Ok((!there.is_empty()).then_some(config))
    }

    /// Adds what a file says of what no file before it spoke of.
    fn add(&mut self, path: &Path) -> Result<(), KubeconfigError> {
        let text = read(path)?;
        let text = String::from_utf8(text).map_err(|_| KubeconfigError::Syntax {
            path: path.to_owned(),
            message: "it is no UTF-8 text".to_owned(),
        })?;
        let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
        self.merge(&text, &folder)
            .map_err(|message| KubeconfigError::Syntax { path: path.to_owned(), message })
    }

    /// Reads a text whose paths are relative to a folder.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, KubeconfigError> {
        let mut config = Self::default();
        config
            .merge(text, folder)
            .map_err(|message| KubeconfigError::Syntax { path: folder.to_owned(), message })?;
        Ok(config)
    }

    fn merge(&mut self, text: &str, folder: &Path) -> Result<(), String> {
        let loaded = load_one(SourceId::default(), text, &Budget::default());
        if let Some(error) = loaded.errors.first() {
            // The error's own words may quote what is secret.
            let line = LineIndex::new(text).position(text, error.span.start).line;
            return Err(format!("line {line} cannot be read as YAML"));
        }
        let Some(document) = loaded.documents.first() else { return Ok(()) };
        let lists = [
            ("contexts", "context", &mut self.contexts),
            ("clusters", "cluster", &mut self.clusters),
            ("users", "user", &mut self.users),
        ];
        for (list, key, entries) in lists {
            for item in document.root.get(list).map_or(&[][..], Node::items) {
                let name = item.str("name");
                if entries.iter().all(|known| known.name != name)
                    && let Some(node) = item.get(key)
                {
                    entries.push(Entry { name: name.into(), node: node.clone(), folder: folder.to_owned() });
                }
            }
        }
        if self.current.is_empty() {
            self.current = document.root.str("current-context").into();
        }
        Ok(())
    }

    /// The access that a context gives; the current one where none is named.
    pub fn access(&self, context: Option<&str>) -> Result<Access, KubeconfigError> {
        let known = || match &self.contexts[..] {
            [] => "none".to_owned(),
            contexts => {
                contexts.iter().map(|entry| format!("`{}`", entry.name)).collect::<Vec<_>>().join(", ")
            }
        };
        let name = match context {
            Some(name) => name,
            None if self.current.is_empty() => {
                return Err(KubeconfigError::NoCurrentContext { known: known() });
            }
            None => self.current.as_str(),
        };
        let found = self.contexts.iter().find(|entry| entry.name == name);
        let context =
            found.ok_or_else(|| KubeconfigError::NoContext { name: name.to_owned(), known: known() })?;
        let named = |entries: &[Entry], what: &'static str| {
            let wanted = context.node.str(what);
            entries.iter().find(|entry| entry.name == wanted).cloned().ok_or_else(|| {
                KubeconfigError::Dangling { context: name.to_owned(), what, name: wanted.to_owned() }
            })
        };
        let cluster = named(&self.clusters, "cluster")?;
        let server = cluster.node.str("server").trim_end_matches('/');
        if !server.starts_with("https://") && !server.starts_with("http://") {
            return Err(cluster.fault("cluster", format!("has no server that is a URL: `{server}`")));
        }
        let user = match context.node.str("user") {
            "" => None,
            _ => Some(named(&self.users, "user")?),
        };
        let authorities = cluster.bytes("cluster", "certificate-authority-data", "certificate-authority")?;
        let text =
            |entry: &Entry, key: &str| Some(entry.node.str(key).to_owned()).filter(|text| !text.is_empty());
        let credentials = match &user {
            Some(user) => user.credentials(&cluster, authorities.as_deref())?,
            None => Credentials::default(),
        };
        Ok(Access {
            context: name.to_owned(),
            server: server.to_owned(),
            namespace: text(context, "namespace"),
            insecure: cluster.node.is_true("insecure-skip-tls-verify"),
            server_name: text(&cluster, "tls-server-name"),
            proxy: text(&cluster, "proxy-url"),
            authorities,
            credentials,
            identity: user.map(|user| user.identity()).unwrap_or_default(),
        })
    }
}

impl Access {
    /// The access that `kubectl` would have: that of a kubeconfig, else that of the Pod that this runs in.
    pub fn find(file: Option<&Path>, context: Option<&str>) -> Result<Self, KubeconfigError> {
        match Kubeconfig::find(file)? {
            Some(config) => config.access(context),
            None if context.is_none() => Self::of_pod().ok_or(KubeconfigError::Nothing),
            None => Err(KubeconfigError::Nothing),
        }
    }

    /// The access of the Pod that this runs in, by the files that Kubernetes mounts into it.
    fn of_pod() -> Option<Self> {
        const FOLDER: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
        let host = env::var("KUBERNETES_SERVICE_HOST").ok().filter(|host| !host.is_empty())?;
        let port = env::var("KUBERNETES_SERVICE_PORT").ok().filter(|port| !port.is_empty())?;
        let folder = Path::new(FOLDER);
        let token = folder.join("token");
        if !token.is_file() {
            return None;
        }
        let host = if host.contains(':') { format!("[{host}]") } else { host };
        Some(Self {
            context: String::new(),
            server: format!("https://{host}:{port}"),
            namespace: fs::read_to_string(folder.join("namespace")).ok(),
            authorities: fs::read(folder.join("ca.crt")).ok(),
            insecure: false,
            server_name: None,
            proxy: None,
            credentials: Credentials { token: Some(Token::File(token)), ..Credentials::default() },
            identity: Identity::default(),
        })
    }
}

impl Entry {
    fn fault(&self, what: &'static str, message: String) -> KubeconfigError {
        KubeconfigError::Entry { what, name: self.name.to_string(), message }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// What stands in a field in Base64, else in the file that another field names.
    fn bytes(&self, what: &'static str, data: &str, file: &str) -> Result<Option<Vec<u8>>, KubeconfigError> {
        match (self.node.str(data), self.node.str(file)) {
            ("", "") => Ok(None),
            ("", path) => read(&self.path(path)).map(Some),
            (text, _) => BASE64_MIME_PERMISSIVE
                .decode(text.as_bytes())
                .map(Some)
                .map_err(|_| self.fault(what, format!("has no Base64 in `{data}`"))),
        }
    }

    fn credentials(
        &self,
        cluster: &Self,
        authorities: Option<&[u8]>,
    ) -> Result<Credentials, KubeconfigError> {
        let certificate = self.bytes("user", "client-certificate-data", "client-certificate")?;
        let key = self.bytes("user", "client-key-data", "client-key")?;
        let certificate = match (certificate, key) {
            (Some(certificate), Some(key)) => {
                Some((certificate, Secret::new(String::from_utf8_lossy(&key).into_owned())))
            }
            (None, None) => None,
            _ => {
                let message = "has a certificate without its key, or a key without its certificate";
                return Err(self.fault("user", message.to_owned()));
            }
        };
        let token = match (self.node.str("tokenFile"), self.node.str("token")) {
            ("", "") => None,
            ("", token) => Some(Token::Text(Secret::new(token))),
            (path, _) => Some(Token::File(self.path(path))),
        };
        let basic = match self.node.str("username") {
            "" => None,
            name => Some(Secret::new(format!("{name}:{}", self.node.str("password")))),
        };
        if self.node.get("auth-provider").is_some() {
            let message = "has an `auth-provider`, which Kubernetes 1.26 took away; use `exec`";
            return Err(self.fault("user", message.to_owned()));
        }
        let exec = match self.node.get("exec") {
            Some(node) => Some(self.exec(node, cluster, authorities)?),
            None => None,
        };
        Ok(Credentials { certificate, token, basic, exec })
    }

    fn exec(
        &self,
        node: &Node,
        cluster: &Self,
        authorities: Option<&[u8]>,
    ) -> Result<ExecPlugin, KubeconfigError> {
        /// How long a plugin may take that may ask the user something in a browser.
        const PATIENCE: Duration = Duration::from_mins(2);
        let command = node.str("command");
        if command.is_empty() {
            return Err(self.fault("user", "has an `exec` without `command`".to_owned()));
        }
        let version = node.str("apiVersion");
        if !["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"].contains(&version) {
            let message =
                format!("has an `exec` of version `{version}`; use client.authentication.k8s.io/v1");
            return Err(self.fault("user", message));
        }
        let variables = node.get("env").map_or(&[][..], Node::items);
        Ok(ExecPlugin {
            api_version: version.into(),
            // As `kubectl` has it: a path with a separator is relative to the file, a bare name is looked up.
            command: if command.contains(['/', '\\']) { self.path(command) } else { PathBuf::from(command) },
            arguments: node.strings("args").map(str::to_owned).collect(),
            variables: variables
                .iter()
                .map(|item| (item.str("name").to_owned(), item.str("value").to_owned()))
                .collect(),
            hint: node.str("installHint").to_owned(),
            needs_terminal: node.str("interactiveMode") == "Always",
            cluster: node.is_true("provideClusterInfo").then(|| {
                let mut told = vec![("server", cluster.node.str("server").into())];
                if let Some(authorities) = authorities {
                    let text = data_encoding::BASE64.encode(authorities);
                    told.push(("certificate-authority-data", text.into()));
                }
                told
            }),
            patience: PATIENCE,
        })
    }

    fn identity(&self) -> Identity {
        let extra = self.node.get("as-user-extra").map_or(&[][..], Node::entries);
        Identity {
            user: Some(self.node.str("as").to_owned()).filter(|user| !user.is_empty()),
            uid: Some(self.node.str("as-uid").to_owned()).filter(|uid| !uid.is_empty()),
            groups: self.node.strings("as-groups").map(str::to_owned).collect(),
            extra: extra
                .iter()
                .flat_map(|entry| {
                    let values = entry.node.items().iter().filter_map(Node::as_str);
                    values.map(|value| (entry.key.to_string(), value.to_owned()))
                })
                .collect(),
        }
    }
}

/// Reads a file that is not too large.
fn read(path: &Path) -> Result<Vec<u8>, KubeconfigError> {
    use std::io::Read as _;
    let fault = |source| KubeconfigError::File { path: path.to_owned(), source };
    let file = fs::File::open(path).map_err(fault)?;
    let mut bytes = Vec::new();
    file.take(FILE_LIMIT + 1).read_to_end(&mut bytes).map_err(fault)?;
    if bytes.len() as u64 > FILE_LIMIT {
        return Err(fault(std::io::Error::other(format!("it has more than {FILE_LIMIT} bytes"))));
    }
    Ok(bytes)
}
