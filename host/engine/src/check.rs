//! What checks find, before anything is created. Refuses to judge: blocking is what a plugin says is.

use crate::{Endpoints, JobContext};
use gyre_core::roles::Finding;
use gyre_core::{Error, Result, VmSpec};
use serde::{Deserialize, Serialize};

/// The answer of one endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Checked {
    /// `source lab`, `destination cloud`.
    pub endpoint: String,
    /// What it found; empty: all is well.
    pub findings: Vec<Finding>,
    /// Why it could not answer.
    pub error: Option<Error>,
}

/// One error for all blocking findings; `None`: there are none.
pub fn blocking(endpoint: &str, findings: &[Finding]) -> Option<Error> {
    let found: Vec<_> = findings.iter().filter(|finding| finding.blocking).collect();
    let message = match found.as_slice() {
        [] => return None,
        [_] => format!("{endpoint}: one finding forbids this job"),
        several => format!("{endpoint}: {} findings forbid this job", several.len()),
    };
    let error = Error::invalid("check.blocking", message);
    Some(found.iter().fold(error, |error, finding| error.cause(sentence(finding))))
}

/// A finding on one line.
pub(crate) fn sentence(finding: &Finding) -> String {
    let remedy = finding.remedy.as_ref().map(|remedy| format!(" ({remedy})")).unwrap_or_default();
    format!("{}: {}{remedy}", finding.path, finding.message)
}

/// Asks the source, and answers the machine as it describes it.
pub(crate) async fn source(
    endpoints: &dyn Endpoints,
    name: &str,
    vm: Option<&str>,
    context: &JobContext,
) -> (Checked, Option<VmSpec>) {
    let ask = async {
        let source = endpoints.source(name, context).await?;
        let findings = source.check(vm).await?;
        let blocked = findings.iter().any(|finding| finding.blocking);
        let spec = match vm {
            Some(vm) if !blocked => Some(source.get_vm(vm).await?),
            _ => None,
        };
        Ok((findings, spec))
    };
    split(format!("source {name}"), ask.await)
}

/// Asks the destination, with the machine where it is known.
pub(crate) async fn destination(
    endpoints: &dyn Endpoints,
    name: &str,
    vm: Option<&VmSpec>,
    context: &JobContext,
) -> Checked {
    let ask = async { endpoints.destination(name, context).await?.check(vm).await.map(|found| (found, ())) };
    split(format!("destination {name}"), ask.await.map(|(found, ())| (found, None::<()>))).0
}

fn split<T>(endpoint: String, answer: Result<(Vec<Finding>, Option<T>)>) -> (Checked, Option<T>) {
    match answer {
        Ok((findings, more)) => (Checked { endpoint, findings, error: None }, more),
        Err(error) => (Checked { endpoint, findings: Vec::new(), error: Some(error) }, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_error_says_everything_that_blocks() {
        let finding = |blocking, path: &str, remedy: Option<&str>| Finding {
            blocking,
            path: path.into(),
            message: "is not there".into(),
            remedy: remedy.map(str::to_owned),
        };
        let found =
            [finding(true, "a", Some("make it")), finding(false, "b", None), finding(true, "c", None)];
        let error = blocking("destination lab", &found).unwrap();
        assert_eq!(
            error.to_string(),
            "destination lab: 2 findings forbid this job: a: is not there (make it): c: is not there [check.blocking]"
        );
        assert_eq!(blocking("destination lab", &found[1..2]), None);
    }
}
