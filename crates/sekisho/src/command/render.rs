//! `sekisho render`: what a chart or a kustomization would apply.

use anyhow::Result;

use crate::arguments::RenderArguments;
use crate::request::Request;
use crate::run;
use crate::target::{self, Extent, Printed};
use crate::terminal::{self, Status, Terminal};

pub(crate) fn run(arguments: RenderArguments, terminal: &Terminal) -> Result<Status> {
    let extent = Extent { include_definitions: arguments.include_crds, skip_tests: arguments.skip_tests };
    let request = Request {
        targets: vec![arguments.path.clone()],
        config: arguments.config,
        namespace: arguments.namespace,
        kubernetes_version: arguments.kubernetes_version,
        releases: arguments.values.releases(),
        ..Request::default()
    };
    let selection = run::selected(&request)?;
    match target::print(&arguments.path, &selection, extent)? {
        Printed::Text(text) => {
            terminal::write(arguments.output.as_deref(), |out| out.write_all(text.as_bytes()))?;
            Ok(Status::Clean)
        }
        Printed::Nothing => {
            terminal.note(format!(
                "nothing to render: `{}` is no chart that can be installed and no kustomization",
                arguments.path.display()
            ));
            Ok(Status::Nothing)
        }
        Printed::Failed(skips) => {
            for skip in skips {
                match skip.line {
                    Some(line) => terminal::complain(format!("{}:{line}: {}", skip.path, skip.reason)),
                    None => terminal::complain(format!("{}: {}", skip.path, skip.reason)),
                }
            }
            Ok(Status::Incomplete)
        }
    }
}
