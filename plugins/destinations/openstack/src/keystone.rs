//! Keystone v3: one login per call, with a password or an application credential that this plugin
//! never sees, and the catalog that comes with the token. Knows no other service.

use crate::cloud::{self, PASSWORD_MARKER, Service};
use crate::contract::{Error, Request, Response, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One HTTP exchange, milliseconds.
const LOGIN_TIMEOUT_MS: u32 = 60_000;

/// The `auth` part of a `clouds.yaml` entry without its password, and what stands beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Auth {
    /// Keystone's URL, with or without `/v3`.
    pub auth_url: String,
    /// Name of the user.
    pub username: Option<String>,
    /// Id of the user, instead of its name and domain.
    pub user_id: Option<String>,
    /// Domain of the user, by name.
    pub user_domain_name: Option<String>,
    /// Domain of the user, by id.
    pub user_domain_id: Option<String>,
    /// Name of the project.
    pub project_name: Option<String>,
    /// Id of the project, instead of its name and domain.
    pub project_id: Option<String>,
    /// Domain of the project, by name.
    pub project_domain_name: Option<String>,
    /// Domain of the project, by id.
    pub project_domain_id: Option<String>,
    /// Domain of user and project where the options above do not say, by name.
    pub domain_name: Option<String>,
    /// Id of an application credential, instead of user and project.
    pub application_credential_id: Option<String>,
    /// Name of an application credential, together with the user.
    pub application_credential_name: Option<String>,
    /// Region of the services; needed where the catalog has several.
    pub region_name: Option<String>,
    /// Which endpoints are used: `public` (default), `internal` or `admin`.
    pub interface: Option<String>,
    /// PEM of the certificates to trust instead of the system's.
    pub cacert: Option<String>,
    /// Must not be false: gyre does not talk to a cloud that cannot prove who it is.
    pub verify: Option<bool>,
}

impl Auth {
    /// Checks what can be checked without asking anybody.
    ///
    /// # Errors
    /// `openstack.auth-options`.
    pub fn validate(&self) -> Result<()> {
        let wrong = |message: &str| Err(Error::invalid("openstack.auth-options", message));
        if self.auth_url.is_empty() {
            return wrong(
                "auth.auth_url is missing: write cloud = \"NAME\", an entry of clouds.yaml, or cloud = \"env\", for OS_*, \
                 beside `plugin` in gyre.toml",
            );
        }
        split_url(&self.auth_url)?;
        if self.verify == Some(false) {
            return wrong("auth.verify = false is refused: give the cloud's CA as `cacert` instead");
        }
        if self.cacert.as_ref().is_some_and(|pem| !pem.contains("-----BEGIN CERTIFICATE-----")) {
            return wrong("auth.cacert holds no PEM certificate");
        }
        if !matches!(self.interface(), "public" | "internal" | "admin") {
            return wrong("auth.interface must be public, internal or admin");
        }
        if self.application_credential_id.is_some() {
            return Ok(());
        }
        if self.username.is_none() && self.user_id.is_none() {
            return wrong("auth needs username (or user_id, or application_credential_id)");
        }
        let scoped = self.project_name.is_some() || self.project_id.is_some();
        if !scoped && self.application_credential_name.is_none() {
            return wrong("auth needs project_name or project_id");
        }
        Ok(())
    }

    fn interface(&self) -> &str {
        let interface = self.interface.as_deref().unwrap_or("public");
        interface.strip_suffix("URL").unwrap_or(interface)
    }

    fn user(&self) -> Value {
        match (&self.user_id, &self.username) {
            (Some(id), _) => json!({ "id": id }),
            (None, name) => json!({
                "name": name,
                "domain": self.domain(self.user_domain_id.as_deref(), self.user_domain_name.as_deref()),
            }),
        }
    }

    fn domain(&self, id: Option<&str>, name: Option<&str>) -> Value {
        match (id, name.or(self.domain_name.as_deref())) {
            (Some(id), _) => json!({ "id": id }),
            (None, Some(name)) => json!({ "name": name }),
            (None, None) => json!({ "id": "default" }),
        }
    }

    fn scope(&self) -> Value {
        match &self.project_id {
            Some(id) => json!({ "project": { "id": id } }),
            None => json!({ "project": {
                "name": self.project_name,
                "domain": self.domain(self.project_domain_id.as_deref(), self.project_domain_name.as_deref()),
            } }),
        }
    }

    fn credential(&self) -> Option<Value> {
        match (&self.application_credential_id, &self.application_credential_name) {
            (Some(id), _) => Some(json!({ "id": id, "secret": PASSWORD_MARKER })),
            (None, Some(name)) => {
                Some(json!({ "name": name, "secret": PASSWORD_MARKER, "user": self.user() }))
            }
            (None, None) => None,
        }
    }

    /// The login; the host puts the secret in the place of the marker.
    fn request_body(&self) -> Value {
        if let Some(credential) = self.credential() {
            let identity =
                json!({ "methods": ["application_credential"], "application_credential": credential });
            return json!({ "auth": { "identity": identity } });
        }
        let mut user = self.user();
        if let Some(user) = user.as_object_mut() {
            user.insert("password".to_owned(), PASSWORD_MARKER.into());
        }
        let identity = json!({ "methods": ["password"], "password": { "user": user } });
        json!({ "auth": { "identity": identity, "scope": self.scope() } })
    }

    fn who(&self) -> String {
        let user = self.application_credential_id.as_ref().or(self.application_credential_name.as_ref());
        let user = user.or(self.username.as_ref()).or(self.user_id.as_ref());
        let project = self.project_name.as_ref().or(self.project_id.as_ref());
        let project = project.map(|name| format!(" to project {name:?}")).unwrap_or_default();
        format!("{:?}{project}", user.map_or("", String::as_str))
    }
}

/// A login.
#[derive(Clone)]
pub struct Token {
    /// Goes into `X-Auth-Token`; never into a state, an error or the log.
    pub id: String,
    /// Project it is for.
    pub project_id: String,
    catalog: Vec<CatalogService>,
}

#[derive(Clone, Deserialize)]
struct CatalogService {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    endpoints: Vec<CatalogEndpoint>,
}

#[derive(Clone, Deserialize)]
struct CatalogEndpoint {
    interface: String,
    #[serde(default)]
    region: Option<String>,
    url: String,
}

#[derive(Deserialize)]
struct LoginAnswer {
    token: LoginToken,
}

#[derive(Deserialize)]
struct LoginToken {
    project: Option<LoginProject>,
    #[serde(default)]
    catalog: Vec<Value>,
}

#[derive(Deserialize)]
struct LoginProject {
    id: String,
}

impl Token {
    /// Whether a region is chosen where the services have several, and is one of them: said once, and not of each.
    ///
    /// # Errors
    /// `openstack.no-service`, naming the regions.
    pub fn region(&self, auth: &Auth) -> Result<()> {
        let in_regions: Vec<_> =
            Service::ALL.into_iter().map(|service| self.regions(service, auth)).collect();
        let all: BTreeSet<_> = in_regions.iter().flatten().copied().collect();
        let message = match auth.region_name.as_deref() {
            Some(wanted) if !all.is_empty() && !all.contains(wanted) => {
                format!("the cloud's catalog has no service in region {wanted:?}; check region_name")
            }
            None if in_regions.iter().any(|regions| regions.len() > 1) => {
                "the services are in several regions; set region_name".to_owned()
            }
            _ => return Ok(()),
        };
        let names: Vec<_> = all.into_iter().collect();
        Err(Error::invalid("openstack.no-service", message).cause(format!("regions: {}", names.join(", "))))
    }

    /// Where a service is, by the type that the catalog has it under.
    fn regions(&self, service: Service, auth: &Auth) -> BTreeSet<&str> {
        let of_kind = |kind: &&str| -> BTreeSet<&str> {
            let entries = self.catalog.iter().filter(|entry| entry.kind == **kind);
            let endpoints = entries.flat_map(|entry| &entry.endpoints);
            let wanted = endpoints.filter(|endpoint| endpoint.interface == auth.interface());
            wanted.filter_map(|endpoint| endpoint.region.as_deref()).collect()
        };
        service.types().iter().map(of_kind).find(|regions| !regions.is_empty()).unwrap_or_default()
    }

    /// URL of a service in the wanted region and interface.
    ///
    /// # Errors
    /// `openstack.no-service`, naming what there is.
    pub fn endpoint(&self, service: Service, auth: &Auth) -> Result<String> {
        let region = auth.region_name.as_deref();
        let fits = |endpoint: &&CatalogEndpoint| {
            endpoint.interface == auth.interface()
                && (region.is_none() || endpoint.region.as_deref() == region)
        };
        for kind in service.types() {
            let endpoints =
                self.catalog.iter().filter(|entry| entry.kind == *kind).flat_map(|entry| &entry.endpoints);
            let mut found = endpoints.filter(fits);
            if let Some(endpoint) = found.next() {
                return single_region(service, endpoint, found).map(|endpoint| endpoint.url.clone());
            }
        }
        Err(self.no_service(service, auth))
    }

    fn no_service(&self, service: Service, auth: &Auth) -> Error {
        let place =
            auth.region_name.as_ref().map(|region| format!(" in region {region:?}")).unwrap_or_default();
        let listed: Vec<_> = self.catalog.iter().map(|entry| entry.kind.as_str()).collect();
        let message = format!(
            "the cloud's catalog has no {} endpoint of {}{place}; check region_name and interface",
            auth.interface(),
            service.name(),
        );
        Error::invalid("openstack.no-service", message)
            .cause(format!("services listed: {}", listed.join(", ")))
    }
}

fn single_region<'a>(
    service: Service,
    endpoint: &'a CatalogEndpoint,
    mut others: impl Iterator<Item = &'a CatalogEndpoint>,
) -> Result<&'a CatalogEndpoint> {
    match others.find(|other| other.region != endpoint.region) {
        None => Ok(endpoint),
        Some(other) => {
            let name = |endpoint: &CatalogEndpoint| endpoint.region.clone().unwrap_or_default();
            let message = format!("{} is in several regions; set region_name", service.name());
            let regions = format!("regions: {}, {}", name(endpoint), name(other));
            Err(Error::invalid("openstack.no-service", message).cause(regions))
        }
    }
}

/// Where the login goes (`https://host:port`) and what is sent there.
///
/// # Errors
/// `openstack.auth-url`.
pub fn login_request(auth: &Auth) -> Result<(String, Request)> {
    let (origin, base) = split_url(&auth.auth_url)?;
    let base = if base.ends_with("/v3") { base } else { format!("{base}/v3") };
    let request = Request::post(format!("{base}/auth/tokens"))
        .header("Accept", "application/json")
        .timeout_ms(LOGIN_TIMEOUT_MS)
        .json(&auth.request_body())?;
    Ok((origin, request))
}

/// What Keystone said to it.
///
/// # Errors
/// `openstack.auth` for a refused login, `openstack.auth-url` where no Keystone v3 answers.
pub fn read_answer(auth: &Auth, response: &Response) -> Result<Token> {
    if response.is_success() {
        return read_token(response);
    }
    Err(refused(auth, response.status, &cloud::detail(&response.body)))
}

fn read_token(response: &Response) -> Result<Token> {
    let id = response.header("x-subject-token");
    let answer: Result<LoginAnswer, _> = serde_json::from_slice(&response.body);
    let (Some(id), Ok(answer)) = (id, answer) else {
        let message = "what answers at auth_url is not Keystone v3: no token came back";
        return Err(Error::invalid("openstack.auth-url", message));
    };
    let Some(project) = answer.token.project else {
        let message = "the token is for no project; set project_name";
        return Err(Error::invalid("openstack.auth-options", message));
    };
    // A service that gyre does not use may be listed in a shape that it does not know.
    let catalog =
        answer.token.catalog.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()).collect();
    Ok(Token { id: id.to_owned(), project_id: project.id, catalog })
}

fn refused(auth: &Auth, status: u16, detail: &str) -> Error {
    let error = match status {
        400 | 401 | 403 => Error::denied(
            "openstack.auth",
            format!(
                "Keystone refuses the login of {}; check user, domains, project and password",
                auth.who()
            ),
        ),
        404 | 405 | 410 => Error::invalid(
            "openstack.auth-url",
            format!("there is no Keystone v3 at {} (status {status}); check auth_url", auth.auth_url),
        ),
        429 | 500 | 502 | 503 | 504 => Error::unavailable(
            "openstack.unavailable",
            format!("Keystone cannot log in now (status {status})"),
        ),
        _ => Error::other("openstack.status", format!("Keystone answered the login with status {status}")),
    };
    if detail.is_empty() { error } else { error.cause(detail) }
}

/// `https://host:port` and the path without a slash at its end.
///
/// # Errors
/// `openstack.auth-url`.
pub fn split_url(url: &str) -> Result<(String, String)> {
    let wrong = || Error::invalid("openstack.auth-url", format!("{url:?} is not an http(s) URL"));
    let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let plain = !authority.is_empty() && !authority.contains(['@', '?', '#']) && !path.contains(['?', '#']);
    if !matches!(scheme, "http" | "https") || !plain {
        return Err(wrong());
    }
    Ok((format!("{scheme}://{authority}"), path.trim_end_matches('/').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demo() -> Auth {
        Auth {
            auth_url: "http://k:5000/v3".into(),
            username: Some("demo".into()),
            project_name: Some("p".into()),
            user_domain_name: Some("Default".into()),
            ..Auth::default()
        }
    }

    #[test]
    fn the_login_holds_the_marker_and_never_a_password() {
        let body = demo().request_body();
        assert_eq!(body["auth"]["identity"]["password"]["user"]["password"], PASSWORD_MARKER);
        assert_eq!(body["auth"]["identity"]["password"]["user"]["domain"]["name"], "Default");
        assert_eq!(body["auth"]["scope"]["project"]["domain"]["id"], "default");
        let auth = Auth { application_credential_id: Some("ac".into()), ..demo() };
        let body = auth.request_body();
        assert_eq!(body["auth"]["identity"]["application_credential"]["secret"], PASSWORD_MARKER);
        assert!(body["auth"].get("scope").is_none(), "an application credential brings its own scope");
    }

    #[test]
    fn a_url_is_split_at_its_path() {
        assert_eq!(
            split_url("https://c:1/identity/v3/").unwrap(),
            ("https://c:1".into(), "/identity/v3".into())
        );
        for bad in ["", "c:1", "ftp://c", "http://", "http://u:p@c/", "http://c/?x"] {
            assert_eq!(split_url(bad).unwrap_err().code, "openstack.auth-url", "{bad}");
        }
    }

    fn token(endpoints: Value) -> Token {
        let catalog =
            serde_json::from_value(json!([{ "type": "volumev3", "endpoints": endpoints }])).unwrap();
        Token { id: "t".into(), project_id: "p".into(), catalog }
    }

    #[test]
    fn regions_must_be_chosen_where_there_are_several() {
        let two = json!([
            { "interface": "public", "region": "a", "region_id": "a", "id": "1", "url": "http://a" },
            { "interface": "public", "region": "b", "url": "http://b" },
            { "interface": "internal", "region": "a", "url": "http://i" },
        ]);
        let token = token(two);
        assert_eq!(token.endpoint(Service::Volume, &demo()).unwrap_err().code, "openstack.no-service");
        let in_b = Auth { region_name: Some("b".into()), ..demo() };
        assert_eq!(token.endpoint(Service::Volume, &in_b).unwrap(), "http://b");
        let internal = Auth { interface: Some("internal".into()), ..demo() };
        assert_eq!(token.endpoint(Service::Volume, &internal).unwrap(), "http://i");
        assert!(token.endpoint(Service::Image, &in_b).unwrap_err().causes[0].contains("volumev3"));
        let error = token.region(&demo()).unwrap_err();
        assert!(error.message.contains("several regions") && error.causes == ["regions: a, b"], "{error:?}");
        token.region(&in_b).unwrap();
        token.region(&internal).unwrap();
        let nowhere = Auth { region_name: Some("c".into()), ..demo() };
        assert!(token.region(&nowhere).unwrap_err().message.contains("no service in region \"c\""));
    }

    #[test]
    fn options_that_cannot_work_are_refused_before_the_login() {
        let cases = [
            Auth { auth_url: String::new(), ..demo() },
            Auth { username: None, ..demo() },
            Auth { project_name: None, ..demo() },
            Auth { verify: Some(false), ..demo() },
            Auth { cacert: Some("/etc/ca.pem".into()), ..demo() },
            Auth { interface: Some("outer".into()), ..demo() },
        ];
        for auth in cases {
            assert_eq!(auth.validate().unwrap_err().code, "openstack.auth-options", "{auth:?}");
        }
        demo().validate().unwrap();
    }
}
