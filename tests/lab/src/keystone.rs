//! Identity v3: version documents, tokens by password or token, the catalog, and as much of projects
//! and users as clients look up. Knows nothing of what the other services hold.

use crate::Cloud;
use crate::model::{Project, State, User, Who, hex_id, now, stamp};
use crate::router::{Answer, LOG_MAX, Refusal, Reply, Request};
use serde_json::{Value, json};

/// How long a token is good for, microseconds.
const TOKEN_LIFE: u64 = 3_600_000_000;
/// The one region.
pub const REGION: &str = "RegionOne";

pub fn answer(cloud: &Cloud, request: &Request) -> Answer {
    let parts: Vec<&str> = request.parts.iter().map(String::as_str).collect();
    match (request.method.as_str(), parts.as_slice()) {
        (_, []) => Ok(Reply::json(300, &json!({"versions": {"values": [version(cloud)]}}))),
        (_, ["v3"]) => Ok(Reply::json(200, &json!({"version": version(cloud)}))),
        ("POST", ["v3", "auth", "tokens"]) => issue(cloud, request),
        ("GET" | "HEAD", ["v3", "auth", "tokens"]) => show(cloud, request),
        ("DELETE", ["v3", "auth", "tokens"]) => revoke(cloud, request),
        ("GET", ["v3", "auth", "catalog"]) => Ok(Reply::json(
            200,
            &json!({"catalog": catalog(cloud, &request.who), "links": {"self": cloud.url("/identity/v3/auth/catalog")}}),
        )),
        ("GET", ["v3", "auth", "projects"]) => projects(cloud, request),
        ("GET", ["v3", "projects"]) if request.who.is_admin() => projects(cloud, request),
        ("GET", ["v3", "projects"]) => Err(Refusal::forbidden(
            "You are not authorized to perform the requested action: identity:list_projects.",
        )),
        ("GET", ["v3", "projects", id]) => {
            let found = cloud.state().projects.iter().find(|p| p.id == *id).map(|p| project(cloud, p));
            one("project", found, id)
        }
        ("GET", ["v3", "users"]) => users(cloud, request),
        ("GET", ["v3", "users", id]) => {
            let found = cloud.state().users.iter().find(|u| u.id == *id).map(|u| user(cloud, u));
            one("user", found, id)
        }
        ("GET", ["v3", "users", id, "projects"]) if *id == request.who.user_id => projects(cloud, request),
        ("GET", ["v3", "domains"]) => Ok(Reply::json(200, &json!({"domains": [domain(cloud)], "links": {}}))),
        ("GET", ["v3", "domains", "default"]) => Ok(Reply::json(200, &json!({"domain": domain(cloud)}))),
        ("GET", ["v3", "regions"]) => Ok(Reply::json(
            200,
            &json!({"regions": [{"id": REGION, "description": "", "parent_region_id": null}], "links": {}}),
        )),
        _ => Err(Refusal::not_found(format!("Could not find: /{}.", parts.join("/")))),
    }
}

fn one(key: &str, found: Option<Value>, id: &str) -> Answer {
    found
        .map(|value| Reply::json(200, &json!({key: value})))
        .ok_or_else(|| Refusal::not_found(format!("Could not find {key}: {id}.")))
}

fn version(cloud: &Cloud) -> Value {
    json!({
        "id": "v3.14", "status": "stable", "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": cloud.url("/identity/v3/")}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
    })
}

fn domain(cloud: &Cloud) -> Value {
    json!({"id": "default", "name": "Default", "enabled": true, "description": "The default domain", "tags": [],
           "options": {}, "links": {"self": cloud.url("/identity/v3/domains/default")}})
}

fn project(cloud: &Cloud, project: &Project) -> Value {
    json!({"id": project.id, "name": project.name, "domain_id": "default", "description": "", "enabled": true,
           "parent_id": "default", "is_domain": false, "tags": [], "options": {},
           "links": {"self": cloud.url(&format!("/identity/v3/projects/{}", project.id))}})
}

fn user(cloud: &Cloud, user: &User) -> Value {
    json!({"id": user.id, "name": user.name, "domain_id": "default", "enabled": true,
           "default_project_id": user.default_project, "password_expires_at": null, "options": {},
           "links": {"self": cloud.url(&format!("/identity/v3/users/{}", user.id))}})
}

fn named(request: &Request, name: &str) -> bool {
    request.asked("name").is_none_or(|wanted| wanted == name)
}

fn projects(cloud: &Cloud, request: &Request) -> Answer {
    let state = cloud.state();
    let mine = |p: &&Project| request.who.is_admin() || p.id == request.who.project_id;
    let rows: Vec<Value> = state
        .projects
        .iter()
        .filter(mine)
        .filter(|p| named(request, &p.name))
        .map(|p| project(cloud, p))
        .collect();
    Ok(Reply::json(
        200,
        &json!({"projects": rows, "links": {"self": cloud.url("/identity/v3/projects"), "previous": null, "next": null}}),
    ))
}

fn users(cloud: &Cloud, request: &Request) -> Answer {
    if !request.who.is_admin() {
        return Err(Refusal::forbidden(
            "You are not authorized to perform the requested action: identity:list_users.",
        ));
    }
    let state = cloud.state();
    let rows: Vec<Value> =
        state.users.iter().filter(|u| named(request, &u.name)).map(|u| user(cloud, u)).collect();
    Ok(Reply::json(
        200,
        &json!({"users": rows, "links": {"self": cloud.url("/identity/v3/users"), "previous": null, "next": null}}),
    ))
}

fn issue(cloud: &Cloud, request: &Request) -> Answer {
    let body = request.json()?;
    let auth = body.get("auth").ok_or_else(|| Refusal::bad("'auth' is a required property"))?;
    let mut state = cloud.state();
    let user = authenticate(&state, auth).ok_or_else(Refusal::unauthorized)?;
    let project = scope(&state, auth, &user).ok_or_else(Refusal::unauthorized)?;
    let issued_at = now();
    let who = Who {
        user_id: user.id,
        user_name: user.name,
        project_id: project.id,
        project_name: project.name,
        roles: user.roles,
        audit_id: hex_id().chars().take(22).collect(),
        issued_at,
        expires_at: issued_at + TOKEN_LIFE,
    };
    let token = format!("gAAAAA{}{}", hex_id(), hex_id());
    state.tokens.insert(token.clone(), who.clone());
    if state.issued.len() < LOG_MAX {
        state.issued.push(token.clone());
    }
    drop(state);
    Ok(Reply::json(201, &describe(cloud, &who)).with("x-subject-token", token))
}

fn authenticate(state: &State, auth: &Value) -> Option<User> {
    let identity = auth.get("identity")?;
    let methods = identity.get("methods")?.as_array()?;
    if methods.iter().any(|m| m == "token") {
        let id = identity.pointer("/token/id")?.as_str()?;
        let who = state.tokens.get(id).filter(|who| who.expires_at > now())?;
        return state.users.iter().find(|u| u.id == who.user_id).cloned();
    }
    let claim = identity.pointer("/password/user")?;
    let field = |key: &str| claim.get(key).and_then(Value::as_str);
    let user = state.users.iter().find(|u| match field("id") {
        Some(id) => u.id == id,
        None => field("name") == Some(u.name.as_str()) && is_default(claim.get("domain")),
    })?;
    (field("password") == Some(user.password.as_str())).then(|| user.clone())
}

fn is_default(domain: Option<&Value>) -> bool {
    let field = |key: &str| domain.and_then(|d| d.get(key)).and_then(Value::as_str);
    field("id") == Some("default") || field("name").is_some_and(|name| name.eq_ignore_ascii_case("default"))
}

/// The project asked for; without one, the user's own.
fn scope(state: &State, auth: &Value, user: &User) -> Option<Project> {
    let find = |id: &str| state.projects.iter().find(|p| p.id == id).cloned();
    let Some(wanted) = auth.pointer("/scope/project") else { return find(&user.default_project) };
    let found = match wanted.get("id").and_then(Value::as_str) {
        Some(id) => find(id)?,
        None => {
            let name = wanted.get("name").and_then(Value::as_str)?;
            state.projects.iter().find(|p| p.name == name && is_default(wanted.get("domain"))).cloned()?
        }
    };
    let allowed = found.id == user.default_project || user.roles.contains(&"admin");
    allowed.then_some(found)
}

fn describe(cloud: &Cloud, who: &Who) -> Value {
    let roles: Vec<Value> =
        who.roles.iter().map(|name| json!({"id": format!("{name:0<32}"), "name": name})).collect();
    json!({"token": {
        "methods": ["password"],
        "user": {"domain": {"id": "default", "name": "Default"}, "id": who.user_id, "name": who.user_name, "password_expires_at": null},
        "audit_ids": [who.audit_id],
        "expires_at": stamp(who.expires_at, ".000000Z"),
        "issued_at": stamp(who.issued_at, ".000000Z"),
        "project": {"domain": {"id": "default", "name": "Default"}, "id": who.project_id, "name": who.project_name},
        "is_domain": false,
        "roles": roles,
        "catalog": catalog(cloud, who),
    }})
}

fn subject(cloud: &Cloud, request: &Request) -> Result<(String, Who), Refusal> {
    let token = request.header("x-subject-token").unwrap_or_default().to_owned();
    let who = cloud.state().tokens.get(&token).cloned();
    who.map(|who| (token, who)).ok_or_else(|| Refusal::not_found("Could not find token."))
}

fn show(cloud: &Cloud, request: &Request) -> Answer {
    let (token, who) = subject(cloud, request)?;
    Ok(Reply::json(200, &describe(cloud, &who)).with("x-subject-token", token))
}

fn revoke(cloud: &Cloud, request: &Request) -> Answer {
    let (token, _) = subject(cloud, request)?;
    cloud.state().tokens.remove(&token);
    Ok(Reply::empty(204))
}

fn catalog(cloud: &Cloud, who: &Who) -> Value {
    let volume = format!("/volume/v3/{}", who.project_id);
    let services = [
        ("identity", "keystone", "/identity/v3"),
        ("image", "glance", "/image"),
        ("volumev3", "cinderv3", volume.as_str()),
        ("block-storage", "cinder", volume.as_str()),
        ("compute", "nova", "/compute/v2.1"),
        ("network", "neutron", "/networking"),
    ];
    let entry = |(kind, name, path): (&str, &str, &str)| {
        let endpoint = |interface: &str| {
            json!({"id": format!("{:0<32}", format!("{name}{interface}")), "interface": interface,
                   "region_id": REGION, "region": REGION, "url": cloud.url(path)})
        };
        let endpoints = ["public", "internal", "admin"].map(endpoint);
        json!({"id": format!("{name:0<32}"), "type": kind, "name": name, "endpoints": endpoints})
    };
    Value::Array(services.into_iter().map(entry).collect())
}
