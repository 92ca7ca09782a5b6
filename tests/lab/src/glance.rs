//! Images v2: records with properties, and their bytes as files. Knows no formats: what was uploaded
//! is what comes back.

use crate::Cloud;
use crate::model::{Doc, doc, now, stamp, text, uuid};
use crate::router::{Answer, Refusal, Reply, Request};
use serde_json::{Value, json};
use std::path::PathBuf;

/// What a client may not set.
const READ_ONLY: [&str; 8] =
    ["created_at", "updated_at", "status", "checksum", "size", "virtual_size", "self", "file"];
/// Images of one page of a list.
const PAGE: usize = 1000;

pub async fn answer(cloud: &Cloud, request: &Request) -> Answer {
    let parts: Vec<&str> = request.parts.iter().map(String::as_str).collect();
    match (request.method.as_str(), parts.as_slice()) {
        (_, []) => Ok(Reply::json(300, &versions(cloud))),
        (_, ["versions"]) => Ok(Reply::json(200, &versions(cloud))),
        ("GET", ["v2", "images"]) => list_images(cloud, request),
        ("POST", ["v2", "images"]) => create(cloud, request),
        ("GET", ["v2", "images", id]) => Ok(Reply::json(200, &Value::Object(find(cloud, request, id)?))),
        ("PATCH", ["v2", "images", id]) => patch(cloud, request, id),
        ("DELETE", ["v2", "images", id]) => delete(cloud, request, id),
        ("PUT", ["v2", "images", id, "file"]) => upload(cloud, request, id).await,
        ("GET", ["v2", "images", id, "file"]) => download(cloud, request, id).await,
        ("GET", ["v2", "schemas", "image"]) => Ok(Reply::json(
            200,
            &json!({"name": "image", "properties": {}, "additionalProperties": {"type": "string"}}),
        )),
        _ => Err(Refusal::no_route()),
    }
}

/// Where the bytes of an image lie.
pub fn path(cloud: &Cloud, id: &str) -> PathBuf {
    cloud.dir.join("images").join(id)
}

/// A new record; the caller adds it.
pub fn record(id: &str, name: &str, owner: &str) -> Doc {
    let at = stamp(now(), "Z");
    doc(json!({
        "id": id, "name": name, "status": "queued", "visibility": "shared", "owner": owner, "protected": false,
        "disk_format": null, "container_format": null, "min_disk": 0, "min_ram": 0, "size": null,
        "virtual_size": null, "checksum": null, "os_hash_algo": null, "os_hash_value": null, "os_hidden": false,
        "tags": [],
        "created_at": at, "updated_at": at,
        "self": format!("/v2/images/{id}"), "file": format!("/v2/images/{id}/file"), "schema": "/v2/schemas/image",
    }))
}

fn versions(cloud: &Cloud) -> Value {
    let all: Vec<Value> = (0..=15)
        .rev()
        .filter(|minor| ![8, 10, 14].contains(minor))
        .map(|minor| {
            let status = if minor == 15 { "CURRENT" } else { "SUPPORTED" };
            json!({"id": format!("v2.{minor}"), "status": status,
                   "links": [{"rel": "self", "href": cloud.url("/image/v2/")}]})
        })
        .collect();
    json!({"versions": all})
}

fn visible(request: &Request, image: &Doc) -> bool {
    request.who.is_admin()
        || text(image, "visibility") == "public"
        || text(image, "owner") == request.who.project_id
}

fn find(cloud: &Cloud, request: &Request, id: &str) -> Result<Doc, Refusal> {
    let found = cloud.state().images.get(id).filter(|image| visible(request, image)).cloned();
    found.ok_or_else(|| Refusal::not_found(format!("No image found with ID {id}")))
}

fn list_images(cloud: &Cloud, request: &Request) -> Answer {
    let limit = request.asked("limit").and_then(|l| l.parse().ok()).unwrap_or(PAGE).min(PAGE);
    let state = cloud.state();
    let all: Vec<&Doc> =
        state.images.rows().rev().filter(|i| visible(request, i)).filter(|i| wanted(request, i)).collect();
    let start = request
        .asked("marker")
        .map_or(0, |m| all.iter().position(|i| text(i, "id") == m).map_or(0, |p| p + 1));
    let page: Vec<Value> = all.iter().skip(start).take(limit).map(|i| Value::Object((*i).clone())).collect();
    let mut body = json!({"images": page, "first": "/v2/images", "schema": "/v2/schemas/images"});
    if let Some(last) =
        all.get((start + limit).wrapping_sub(1)).filter(|_| start + limit < all.len() && limit > 0)
    {
        body["next"] = json!(format!("/v2/images?limit={limit}&marker={}", text(last, "id")));
    }
    Ok(Reply::json(200, &body))
}

fn wanted(request: &Request, image: &Doc) -> bool {
    request.query.iter().all(|(key, value)| match key.as_str() {
        "limit" | "marker" | "sort" | "sort_key" | "sort_dir" | "member_status" => true,
        "visibility" => value == "all" || text(image, "visibility") == value,
        "tag" => crate::model::list(image, "tags").iter().any(|t| t == value.as_str()),
        "name" | "id" | "status" => {
            value.strip_prefix("in:").unwrap_or(value).split(',').any(|v| text(image, key) == v)
        }
        _ => text(image, key) == value,
    })
}

fn create(cloud: &Cloud, request: &Request) -> Answer {
    let Value::Object(body) = request.json()? else { return Err(Refusal::bad("Expected an object")) };
    if let Some(key) = READ_ONLY.iter().find(|key| body.contains_key(**key)) {
        return Err(Refusal::forbidden(format!("Attribute '{key}' is read-only.")));
    }
    let id = body.get("id").and_then(Value::as_str).map_or_else(uuid, str::to_owned);
    // It becomes a file's name.
    if id.len() != 36 || !id.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
        return Err(Refusal::bad("Invalid image id format"));
    }
    let mut state = cloud.state();
    if state.images.get(&id).is_some() {
        return Err(Refusal::conflict(format!("Image ID {id} already exists!")));
    }
    let mut image = record(&id, text(&body, "name"), &request.who.project_id);
    image.extend(body);
    state.images.insert(&id, image.clone());
    drop(state);
    let location = cloud.url(&format!("/image/v2/images/{id}"));
    Ok(Reply::json(201, &Value::Object(image)).with("location", location))
}

fn patch(cloud: &Cloud, request: &Request, id: &str) -> Answer {
    find(cloud, request, id)?;
    let Value::Array(changes) = request.json()? else {
        return Err(Refusal::bad("Request body must be a JSON array of operation objects."));
    };
    let mut state = cloud.state();
    let image = state.images.get_mut(id).ok_or_else(Refusal::no_route)?;
    for change in changes {
        let key =
            change.get("path").and_then(Value::as_str).unwrap_or_default().trim_start_matches('/').to_owned();
        match change.get("op").and_then(Value::as_str) {
            Some("remove") => drop(image.remove(&key)),
            Some("add" | "replace") => {
                drop(image.insert(key, change.get("value").cloned().unwrap_or_default()))
            }
            _ => return Err(Refusal::bad("Unsupported operation.")),
        }
    }
    image.insert("updated_at".to_owned(), json!(stamp(now(), "Z")));
    Ok(Reply::json(200, &Value::Object(image.clone())))
}

fn delete(cloud: &Cloud, request: &Request, id: &str) -> Answer {
    let image = find(cloud, request, id)?;
    if image.get("protected") == Some(&json!(true)) {
        return Err(Refusal::forbidden(format!("Image {id} is protected and cannot be deleted.")));
    }
    if text(&image, "owner") != request.who.project_id && !request.who.is_admin() {
        return Err(Refusal::forbidden(format!(
            "You are not authorized to complete delete_image action on image {id}."
        )));
    }
    cloud.state().images.remove(id);
    // Only a record without bytes has no file.
    drop(std::fs::remove_file(path(cloud, id)));
    Ok(Reply::empty(204))
}

async fn upload(cloud: &Cloud, request: &Request, id: &str) -> Answer {
    let image = find(cloud, request, id)?;
    if text(&image, "status") != "queued" {
        return Err(Refusal::conflict(format!(
            "Image status transition from {} to saving is not allowed",
            text(&image, "status")
        )));
    }
    tokio::fs::write(path(cloud, id), &request.body)
        .await
        .map_err(|e| Refusal::new(500, "HTTPInternalServerError", format!("store: {e}")))?;
    let mut state = cloud.state();
    if let Some(image) = state.images.get_mut(id) {
        image.insert("size".to_owned(), json!(request.body.len()));
        image.insert("status".to_owned(), json!("active"));
        image.insert("stores".to_owned(), json!("file"));
        image.insert("updated_at".to_owned(), json!(stamp(now(), "Z")));
    }
    Ok(Reply::empty(204))
}

async fn download(cloud: &Cloud, request: &Request, id: &str) -> Answer {
    find(cloud, request, id)?;
    match tokio::fs::read(path(cloud, id)).await {
        Ok(bytes) => Ok(Reply::bytes(bytes.into())),
        Err(_) => Ok(Reply::empty(204)),
    }
}
