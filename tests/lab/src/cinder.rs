//! Block storage v3: volumes and snapshots as sparse files in the lab's directory, their states, and
//! quotas. Knows no server: who attaches what is Nova's business.

use crate::model::{Doc, Snapshot, State, Volume, doc, links, now, stamp_micros, text, uuid};
use crate::router::{Answer, Refusal, Reply, Request};
use crate::{Cloud, ZONE, glance, machine};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Newest microversion.
const MICRO: &str = "3.70";
/// Microversion that brought `revert`.
const REVERT: u32 = 40;
/// Rows of one page of a list.
const PAGE: usize = 1000;

pub async fn answer(cloud: &Arc<Cloud>, request: &Request) -> Answer {
    let parts: Vec<&str> = request.parts.iter().map(String::as_str).collect();
    match parts.as_slice() {
        [] => Ok(Reply::json(300, &json!({"versions": [version(cloud)]}))),
        ["v3"] => Ok(Reply::json(300, &json!({"versions": [version(cloud)]}))),
        ["v3", project, rest @ ..] if *project == request.who.project_id => {
            in_project(cloud, request, rest).await
        }
        ["v3", _, ..] => Err(Refusal::bad("Malformed request url")),
        _ => Err(Refusal::no_route()),
    }
}

/// What every answer says about the version it is in.
pub fn version_headers(request: &Request) -> Vec<(&'static str, String)> {
    vec![
        ("openstack-api-version", format!("volume 3.{}", micro(request))),
        ("vary", "OpenStack-API-Version".to_owned()),
    ]
}

async fn in_project(cloud: &Arc<Cloud>, request: &Request, parts: &[&str]) -> Answer {
    match (request.method.as_str(), parts) {
        ("GET", ["volumes"]) => list_volumes(cloud, request, false),
        ("GET", ["volumes", "detail"]) => list_volumes(cloud, request, true),
        ("GET", ["volumes", "summary"]) => summary(cloud, request),
        ("POST", ["volumes"]) => create_volume(cloud, request),
        ("GET", ["volumes", id]) => {
            let state = cloud.state();
            Ok(Reply::json(
                200,
                &json!({"volume": volume_view(cloud, request, volume(&state, request, id)?)}),
            ))
        }
        ("PUT", ["volumes", id]) => update_volume(cloud, request, id),
        ("DELETE", ["volumes", id]) => delete_volume(cloud, request, id).await,
        ("POST", ["volumes", id, "action"]) => act(cloud, request, id).await,
        (_, ["volumes", id, "metadata", rest @ ..]) => volume_metadata(cloud, request, id, rest),
        ("GET", ["snapshots"]) => list_snapshots(cloud, request, false),
        ("GET", ["snapshots", "detail"]) => list_snapshots(cloud, request, true),
        ("POST", ["snapshots"]) => create_snapshot(cloud, request),
        ("GET", ["snapshots", id]) => {
            let state = cloud.state();
            Ok(Reply::json(200, &json!({"snapshot": snapshot_view(request, snapshot(&state, request, id)?)})))
        }
        ("PUT", ["snapshots", id]) => update_snapshot(cloud, request, id),
        ("DELETE", ["snapshots", id]) => delete_snapshot(cloud, request, id).await,
        (_, ["snapshots", id, "metadata", rest @ ..]) => snapshot_metadata(cloud, request, id, rest),
        ("GET", ["attachments"] | ["attachments", "detail"]) => attachments(cloud, request),
        ("GET", ["attachments", id]) => attachment(cloud, request, id),
        (_, ["types", ..]) => types(cloud, request, parts.get(1..).unwrap_or_default()),
        ("GET", ["limits"]) => limits(cloud, request),
        ("GET", ["os-quota-sets", _] | ["os-quota-sets", _, "defaults"]) => quota_set(cloud, request),
        ("GET", ["os-availability-zone"]) => Ok(Reply::json(
            200,
            &json!({"availabilityZoneInfo": [{"zoneName": ZONE, "zoneState": {"available": true}}]}),
        )),
        ("GET", ["extensions"]) => Ok(Reply::json(200, &json!({"extensions": []}))),
        ("GET", ["os-services"]) => {
            Err(Refusal::forbidden("Policy doesn't allow volume_extension:services:index to be performed."))
        }
        ("GET", ["backups"] | ["backups", "detail"]) => Ok(Reply::json(200, &json!({"backups": []}))),
        ("GET", ["os-volume-transfer", ..] | ["volume-transfers", ..]) => {
            Ok(Reply::json(200, &json!({"transfers": []})))
        }
        _ => Err(Refusal::no_route()),
    }
}

fn version(cloud: &Cloud) -> Value {
    json!({
        "id": "v3.0", "status": "CURRENT", "version": MICRO, "min_version": "3.0", "updated": "2022-08-31T00:00:00Z",
        "links": [{"rel": "describedby", "type": "text/html", "href": "https://docs.openstack.org/"},
                  {"rel": "self", "href": cloud.url("/volume/v3/")}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.volume+json;version=3"}],
    })
}

/// The minor version asked for: `volume 3.59` → 59; `latest` → the newest; nothing → 0.
fn micro(request: &Request) -> u32 {
    let asked = request.header("openstack-api-version").unwrap_or_default();
    let volume = asked.split(',').find_map(|part| part.trim().strip_prefix("volume "));
    match volume.map(str::trim) {
        Some("latest") => 70,
        Some(text) => text.strip_prefix("3.").and_then(|minor| minor.parse().ok()).unwrap_or(0),
        None => 0,
    }
}

/// Where the bytes of a volume lie.
pub fn volume_path(dir: &Path, id: &str) -> PathBuf {
    dir.join("volumes").join(format!("volume-{id}"))
}

fn snapshot_path(dir: &Path, id: &str) -> PathBuf {
    dir.join("volumes").join(format!("snapshot-{id}"))
}

fn mine(request: &Request, project: &str) -> bool {
    request.who.project_id == project || request.who.is_admin()
}

fn volume<'a>(state: &'a State, request: &Request, id: &str) -> Result<&'a Volume, Refusal> {
    state
        .volumes
        .get(id)
        .filter(|v| mine(request, &v.project_id))
        .ok_or_else(|| Refusal::not_found(format!("Volume {id} could not be found.")))
}

fn volume_mut<'a>(state: &'a mut State, request: &Request, id: &str) -> Result<&'a mut Volume, Refusal> {
    volume(state, request, id)?;
    state.volumes.get_mut(id).ok_or_else(Refusal::no_route)
}

fn snapshot<'a>(state: &'a State, request: &Request, id: &str) -> Result<&'a Snapshot, Refusal> {
    state
        .snapshots
        .get(id)
        .filter(|s| mine(request, &s.project_id))
        .ok_or_else(|| Refusal::not_found(format!("Snapshot {id} could not be found.")))
}

fn volume_view(cloud: &Cloud, request: &Request, volume: &Volume) -> Value {
    let own = format!("/volume/v3/{}/volumes/{}", volume.project_id, volume.id);
    let bookmark = format!("/volume/{}/volumes/{}", volume.project_id, volume.id);
    let uses: Vec<Value> = volume
        .attachments
        .iter()
        .map(|used| {
            json!({"id": volume.id, "attachment_id": used.attachment_id, "volume_id": volume.id, "server_id": used.server_id,
                   "host_name": null, "device": used.device, "attached_at": stamp_micros(used.attached_at, "")})
        })
        .collect();
    let mut view = doc(json!({
        "id": volume.id, "status": volume.status, "size": volume.size, "availability_zone": volume.zone,
        "created_at": stamp_micros(volume.created, ""), "updated_at": later(volume.created, volume.updated),
        "name": volume.name, "description": volume.description, "volume_type": volume.volume_type,
        "snapshot_id": volume.snapshot_id, "source_volid": volume.source_volid, "metadata": volume.metadata,
        "links": links(&cloud.url(&own), &cloud.url(&bookmark)), "user_id": volume.user_id,
        "bootable": volume.bootable.to_string(), "encrypted": false, "replication_status": null,
        "consistencygroup_id": null, "multiattach": false, "attachments": uses,
        "os-vol-tenant-attr:tenant_id": volume.project_id,
    }));
    if !volume.image_metadata.is_empty() {
        view.insert("volume_image_metadata".to_owned(), Value::Object(volume.image_metadata.clone()));
    }
    for (since, key, value) in newer_fields(volume) {
        if micro(request) >= since {
            view.insert(key.to_owned(), value);
        }
    }
    if request.who.is_admin() {
        view.insert("migration_status".to_owned(), Value::Null);
        view.insert(
            "os-vol-host-attr:host".to_owned(),
            json!(format!("lab@{}#{}", volume.volume_type, volume.volume_type)),
        );
        view.insert("os-vol-mig-status-attr:migstat".to_owned(), Value::Null);
        view.insert("os-vol-mig-status-attr:name_id".to_owned(), Value::Null);
    }
    Value::Object(view)
}

/// When something was changed; never, if it was only made.
fn later(created: u64, updated: u64) -> Value {
    if updated > created { json!(stamp_micros(updated, "")) } else { Value::Null }
}

/// A view as creating and changing answer it: without what extensions add.
fn brief(view: Value) -> Value {
    let mut view = doc(view);
    view.retain(|key, _| !key.starts_with("os-"));
    Value::Object(view)
}

/// Fields of a volume by the microversion that brought them.
fn newer_fields(volume: &Volume) -> [(u32, &'static str, Value); 4] {
    let service =
        if volume.status == "creating" { Value::Null } else { json!("1ab00000-0000-4000-8000-000000000001") };
    [
        (13, "group_id", Value::Null),
        (48, "shared_targets", json!(false)),
        (48, "service_uuid", service),
        (65, "consumes_quota", json!(true)),
    ]
}

fn snapshot_view(request: &Request, snapshot: &Snapshot) -> Value {
    let mut view = doc(json!({
        "id": snapshot.id, "name": snapshot.name, "description": snapshot.description, "volume_id": snapshot.volume_id,
        "status": snapshot.status, "size": snapshot.size, "metadata": snapshot.metadata,
        "created_at": stamp_micros(snapshot.created, ""), "updated_at": later(snapshot.created, snapshot.updated),
        "os-extended-snapshot-attributes:progress": if snapshot.status == "available" { "100%" } else { "0%" },
        "os-extended-snapshot-attributes:project_id": snapshot.project_id,
    }));
    let newer = [
        (14, "group_snapshot_id", Value::Null),
        (41, "user_id", json!(snapshot.user_id)),
        (65, "consumes_quota", json!(true)),
    ];
    view.extend(
        newer
            .into_iter()
            .filter(|(since, ..)| micro(request) >= *since)
            .map(|(_, key, value)| (key.to_owned(), value)),
    );
    Value::Object(view)
}

/// The page of rows that `limit`, `offset` and `marker` ask for.
pub fn page<T: Clone>(request: &Request, rows: Vec<T>, id: impl Fn(&T) -> String) -> Vec<T> {
    let limit = request.asked("limit").and_then(|l| l.parse().ok()).unwrap_or(PAGE).min(PAGE);
    let offset: usize = request.asked("offset").and_then(|o| o.parse().ok()).unwrap_or(0);
    let start =
        request.asked("marker").and_then(|m| rows.iter().position(|r| id(r) == m)).map_or(0, |p| p + 1);
    rows.into_iter().skip(start + offset).take(limit).collect()
}

fn everyone(request: &Request) -> bool {
    request.who.is_admin()
        && request.asked("all_tenants").is_some_and(|v| v == "1" || v.eq_ignore_ascii_case("true"))
}

fn list_volumes(cloud: &Cloud, request: &Request, detail: bool) -> Answer {
    let state = cloud.state();
    let rows: Vec<Volume> = state
        .volumes
        .rows()
        .rev()
        .filter(|v| everyone(request) || v.project_id == request.who.project_id)
        .filter(|v| volume_wanted(request, v))
        .cloned()
        .collect();
    let rows: Vec<Value> = page(request, rows, |v| v.id.clone())
        .iter()
        .map(|v| volume_view(cloud, request, v))
        .map(|view| {
            if detail {
                view
            } else {
                json!({"id": view["id"], "name": view["name"], "links": view["links"]})
            }
        })
        .collect();
    Ok(Reply::json(200, &json!({"volumes": rows})))
}

fn volume_wanted(request: &Request, volume: &Volume) -> bool {
    request.query.iter().all(|(key, value)| match key.as_str() {
        "name" => volume.name.as_deref() == Some(value),
        "name~" => volume.name.as_deref().is_some_and(|n| n.contains(value.as_str())),
        "status" => volume.status == *value,
        "id" => volume.id == *value,
        "bootable" => volume.bootable == value.eq_ignore_ascii_case("true"),
        "availability_zone" => volume.zone == *value,
        "metadata" => has_all(&volume.metadata, value),
        _ => true,
    })
}

/// `{'key': 'value', …}`, as clients write the metadata they look for.
fn has_all(metadata: &Doc, wanted: &str) -> bool {
    let wanted: Option<Doc> =
        serde_json::from_str(wanted).ok().or_else(|| serde_json::from_str(&wanted.replace('\'', "\"")).ok());
    wanted.is_some_and(|wanted| wanted.iter().all(|(key, value)| metadata.get(key) == Some(value)))
}

fn summary(cloud: &Cloud, request: &Request) -> Answer {
    let state = cloud.state();
    let mine: Vec<&Volume> =
        state.volumes.rows().filter(|v| v.project_id == request.who.project_id).collect();
    let size: u64 = mine.iter().map(|v| v.size).sum();
    Ok(Reply::json(
        200,
        &json!({"volume-summary": {"total_count": mine.len(), "total_size": size, "metadata": {}}}),
    ))
}

fn optional(body: &Doc, key: &str) -> Option<String> {
    body.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn metadata_of(body: &Doc) -> Result<Doc, Refusal> {
    match body.get("metadata") {
        None | Some(Value::Null) => Ok(Doc::new()),
        Some(Value::Object(map)) if map.values().all(Value::is_string) => Ok(map.clone()),
        Some(_) => Err(Refusal::bad("Invalid input for field/attribute metadata.")),
    }
}

/// What a new volume is filled from.
enum Content {
    Nothing,
    Copy(PathBuf),
    Image(PathBuf, String),
}

fn create_volume(cloud: &Arc<Cloud>, request: &Request) -> Answer {
    let body = request.wrapped("volume")?;
    let mut state = cloud.state();
    let id = add_volume(cloud, &mut state, request, &body)?;
    let view = brief(volume_view(cloud, request, volume(&state, request, &id)?));
    Ok(Reply::json(202, &json!({"volume": view})))
}

/// Adds a volume in state `creating`; its file follows.
pub fn add_volume(
    cloud: &Arc<Cloud>,
    state: &mut State,
    request: &Request,
    body: &Doc,
) -> Result<String, Refusal> {
    let (row, content) = plan_volume(cloud, state, request, body)?;
    let (id, size) = (row.id.clone(), row.size);
    state.volumes.insert(&id, row);
    tokio::spawn(fill(cloud.clone(), id.clone(), size, content));
    Ok(id)
}

fn plan_volume(
    cloud: &Cloud,
    state: &State,
    request: &Request,
    body: &Doc,
) -> Result<(Volume, Content), Refusal> {
    let asked = match body.get("size") {
        None | Some(Value::Null) => None,
        Some(value) => {
            let size =
                value.as_u64().or_else(|| value.as_str().and_then(|s| s.parse().ok())).filter(|s| *s > 0);
            let refused = || {
                Refusal::bad(format!(
                    "Invalid input for field/attribute size. Value: {value}. {value} is less than the minimum of 1"
                ))
            };
            Some(size.ok_or_else(refused)?)
        }
    };
    let mut image_metadata = Doc::new();
    let mut bootable = false;
    let mut volume_type = optional(body, "volume_type");
    let (least, content) = if let Some(id) = optional(body, "snapshot_id") {
        let from = snapshot(state, request, &id)?;
        if from.status != "available" {
            return Err(Refusal::bad(format!(
                "Invalid snapshot: Originating snapshot status must be one of 'available' values but is {}",
                from.status
            )));
        }
        if let Some(origin) = state.volumes.get(&from.volume_id) {
            bootable = origin.bootable;
            image_metadata.clone_from(&origin.image_metadata);
            volume_type.get_or_insert_with(|| origin.volume_type.clone());
        }
        (from.size, Content::Copy(snapshot_path(&cloud.dir, &id)))
    } else if let Some(id) = optional(body, "source_volid") {
        let from = volume(state, request, &id)?;
        bootable = from.bootable;
        image_metadata.clone_from(&from.image_metadata);
        volume_type.get_or_insert_with(|| from.volume_type.clone());
        (from.size, Content::Copy(volume_path(&cloud.dir, &id)))
    } else if let Some(id) = optional(body, "imageRef") {
        let refused =
            || Refusal::bad(format!("Invalid image identifier or unable to access requested image. ({id})"));
        let image = state.images.get(&id).ok_or_else(refused)?;
        bootable = true;
        image_metadata = image_properties(image);
        let least = image.get("min_disk").and_then(Value::as_u64).unwrap_or(0);
        (least, Content::Image(glance::path(cloud, &id), text(image, "disk_format").to_owned()))
    } else {
        (0, Content::Nothing)
    };
    let size = asked.or((least > 0).then_some(least)).ok_or_else(|| {
        Refusal::bad(
            "Invalid input received: Volume size must be an integer and greater than 0 (got size 'None').",
        )
    })?;
    if size < least {
        return Err(Refusal::bad(format!(
            "Invalid input received: Volume size '{size}'GB cannot be smaller than the snapshot size {least}GB. They must be >= original snapshot size."
        )));
    }
    let volume_type =
        volume_type.unwrap_or_else(|| cloud.config.volume_types.first().cloned().unwrap_or_default());
    let known =
        state.volume_types.rows().find(|t| text(t, "name") == volume_type || text(t, "id") == volume_type);
    let volume_type = known.map(|t| text(t, "name").to_owned()).ok_or_else(|| {
        Refusal::not_found(format!("Volume type with name {volume_type} could not be found."))
    })?;
    let zone = optional(body, "availability_zone").unwrap_or_else(|| ZONE.to_owned());
    if zone != ZONE {
        return Err(Refusal::bad(format!("Invalid input received: Availability zone '{zone}' is invalid.")));
    }
    check_quota(cloud, state, &request.who.project_id, 1, size)?;
    let at = now();
    let row = Volume {
        id: uuid(),
        name: optional(body, "name").or_else(|| optional(body, "display_name")),
        description: optional(body, "description"),
        size,
        status: "creating".to_owned(),
        bootable,
        volume_type,
        snapshot_id: optional(body, "snapshot_id"),
        source_volid: optional(body, "source_volid"),
        metadata: metadata_of(body)?,
        image_metadata,
        attachments: Vec::new(),
        zone,
        created: at,
        updated: at,
        project_id: request.who.project_id.clone(),
        user_id: request.who.user_id.clone(),
    };
    Ok((row, content))
}

/// What a volume remembers of its image.
fn image_properties(image: &Doc) -> Doc {
    let mut kept = Doc::new();
    for (key, value) in image {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => continue,
        };
        let key = match key.as_str() {
            "id" => "image_id",
            "name" => "image_name",
            "status" | "visibility" | "owner" | "created_at" | "updated_at" | "self" | "file" | "schema" => {
                continue;
            }
            other => other,
        };
        kept.insert(key.to_owned(), json!(value));
    }
    kept
}

fn used_gib(state: &State, project: &str) -> u64 {
    let volumes: u64 = state.volumes.rows().filter(|v| v.project_id == project).map(|v| v.size).sum();
    let snapshots: u64 = state.snapshots.rows().filter(|s| s.project_id == project).map(|s| s.size).sum();
    volumes + snapshots
}

fn check_quota(cloud: &Cloud, state: &State, project: &str, volumes: usize, gib: u64) -> Result<(), Refusal> {
    let quotas = &cloud.config.quotas;
    let have = state.volumes.rows().filter(|v| v.project_id == project).count();
    if volumes > 0 && have + volumes > quotas.volumes {
        return Err(Refusal::new(
            413,
            "",
            format!(
                "VolumeLimitExceeded: Maximum number of volumes allowed ({}) exceeded for quota 'volumes'.",
                quotas.volumes
            ),
        ));
    }
    let used = used_gib(state, project);
    if used + gib > quotas.gigabytes {
        return Err(Refusal::new(
            413,
            "",
            format!(
                "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested {gib}G, quota is {}G and {used}G has been consumed.",
                quotas.gigabytes
            ),
        ));
    }
    Ok(())
}

const GIB: u64 = 1 << 30;

/// Makes the file, then says `available` or `error`.
async fn fill(cloud: Arc<Cloud>, id: String, size: u64, content: Content) {
    tokio::time::sleep(cloud.config.delay).await;
    let path = volume_path(&cloud.dir, &id);
    let made = tokio::task::spawn_blocking(move || write_content(&path, size * GIB, &content)).await;
    let ok = matches!(made, Ok(Ok(())));
    if let Ok(Err(error)) = made {
        tracing::warn!(volume = id, %error, "the volume's file could not be made");
    }
    set_status(&cloud, &id, if ok { "available" } else { "error" });
}

fn write_content(path: &Path, bytes: u64, content: &Content) -> anyhow::Result<()> {
    match content {
        Content::Copy(from) => machine::copy_sparse(from, path)?,
        // A record without bytes, as the image of workers is: an empty disk will do.
        Content::Image(from, format) if from.exists() => machine::convert_image(from, format, path)?,
        Content::Nothing | Content::Image(..) => {}
    }
    let file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    file.set_len(bytes)?;
    Ok(())
}

pub fn set_status(cloud: &Cloud, id: &str, status: &str) {
    if let Some(volume) = cloud.state().volumes.get_mut(id) {
        status.clone_into(&mut volume.status);
        volume.updated = now();
    }
}

fn update_volume(cloud: &Cloud, request: &Request, id: &str) -> Answer {
    let body = request.wrapped("volume")?;
    let mut state = cloud.state();
    let volume = volume_mut(&mut state, request, id)?;
    if let Some(name) = optional(&body, "name").or_else(|| optional(&body, "display_name")) {
        volume.name = Some(name);
    }
    if let Some(description) = optional(&body, "description") {
        volume.description = Some(description);
    }
    if body.contains_key("metadata") {
        volume.metadata = metadata_of(&body)?;
    }
    volume.updated = now();
    Ok(Reply::json(200, &json!({"volume": brief(volume_view(cloud, request, volume))})))
}

async fn delete_volume(cloud: &Arc<Cloud>, request: &Request, id: &str) -> Answer {
    let cascade = request.asked("cascade").is_some_and(|v| v.eq_ignore_ascii_case("true"));
    {
        let mut state = cloud.state();
        let snapshots = state.snapshots.rows().filter(|s| s.volume_id == id).count();
        let volume = volume_mut(&mut state, request, id)?;
        let deletable = ["available", "error", "error_restoring", "error_extending", "error_managing"];
        if !deletable.contains(&volume.status.as_str()) || (snapshots > 0 && !cascade) {
            return Err(Refusal::bad(
                "Invalid volume: Volume status must be available or error or error_restoring or error_extending or error_managing and must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or be disassociated from snapshots after volume transfer.",
            ));
        }
        "deleting".clone_into(&mut volume.status);
    }
    let (cloud, id) = (cloud.clone(), id.to_owned());
    tokio::spawn(async move {
        tokio::time::sleep(cloud.config.delay).await;
        erase_volume(&cloud, &id);
    });
    Ok(Reply::empty(202))
}

/// The record, its snapshots and their files are gone after this.
pub fn erase_volume(cloud: &Cloud, id: &str) {
    let mut state = cloud.state();
    let of_it: Vec<String> =
        state.snapshots.rows().filter(|s| s.volume_id == id).map(|s| s.id.clone()).collect();
    for snapshot in &of_it {
        state.snapshots.remove(snapshot);
    }
    state.volumes.remove(id);
    drop(state);
    for snapshot in &of_it {
        forget(&snapshot_path(&cloud.dir, snapshot));
    }
    forget(&volume_path(&cloud.dir, id));
}

fn forget(path: &Path) {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, path = %path.display(), "not removed")
        }
        _ => {}
    }
}

async fn act(cloud: &Arc<Cloud>, request: &Request, id: &str) -> Answer {
    let Value::Object(body) = request.json()? else { return Err(Refusal::bad("Malformed request body")) };
    let Some((action, args)) = body.iter().next() else {
        return Err(Refusal::bad("There is no such action."));
    };
    let args = args.as_object().cloned().unwrap_or_default();
    match action.as_str() {
        "os-extend" => extend(cloud, request, id, &args),
        "revert" if micro(request) >= REVERT => revert(cloud, request, id, &args),
        "os-set_bootable" => {
            let bootable =
                args.get("bootable").is_some_and(|b| b == &json!(true) || b == "true" || b == "True");
            volume_mut(&mut cloud.state(), request, id)?.bootable = bootable;
            Ok(Reply::empty(200))
        }
        "os-set_image_metadata" => {
            let mut state = cloud.state();
            let volume = volume_mut(&mut state, request, id)?;
            volume.image_metadata.extend(metadata_of(&args)?);
            Ok(Reply::json(200, &json!({"metadata": volume.image_metadata})))
        }
        "os-unset_image_metadata" => {
            let mut state = cloud.state();
            let volume = volume_mut(&mut state, request, id)?;
            let key = text(&args, "key");
            let gone = volume.image_metadata.remove(key);
            gone.map(|_| Reply::empty(200)).ok_or_else(|| Refusal::not_found("Metadata does not exist."))
        }
        "os-show_image_metadata" => {
            let state = cloud.state();
            Ok(Reply::json(200, &json!({"metadata": volume(&state, request, id)?.image_metadata})))
        }
        "os-update_readonly_flag" => {
            let mut state = cloud.state();
            let volume = volume_mut(&mut state, request, id)?;
            let flag = args.get("readonly") == Some(&json!(true));
            volume.metadata.insert("readonly".to_owned(), json!(if flag { "True" } else { "False" }));
            Ok(Reply::empty(202))
        }
        "os-reset_status" if request.who.is_admin() => {
            volume(&cloud.state(), request, id)?;
            set_status(cloud, id, text(&args, "status"));
            Ok(Reply::empty(202))
        }
        "os-force_delete" if request.who.is_admin() => {
            volume(&cloud.state(), request, id)?;
            erase_volume(cloud, id);
            Ok(Reply::empty(202))
        }
        "os-reset_status" | "os-force_delete" => Err(Refusal::forbidden(
            "Policy doesn't allow volume_extension:volume_admin_actions:reset_status to be performed.",
        )),
        other => Err(Refusal::bad(format!(
            "There is no such action: {other}. Verify the request body and Content-Type header and try again."
        ))),
    }
}

fn extend(cloud: &Arc<Cloud>, request: &Request, id: &str, args: &Doc) -> Answer {
    let size = args
        .get("new_size")
        .and_then(Value::as_u64)
        .ok_or_else(|| Refusal::bad("Invalid input for field/attribute new_size."))?;
    {
        let mut state = cloud.state();
        let (old, status) = volume(&state, request, id).map(|v| (v.size, v.status.clone()))?;
        if status != "available" {
            return Err(Refusal::bad(format!(
                "Invalid volume: Volume {id} status must be '('available',)' to extend, currently {status}."
            )));
        }
        if size <= old {
            return Err(Refusal::bad(format!(
                "Invalid input received: New size for extend must be greater than current size. (current: {old}, extended: {size})."
            )));
        }
        check_quota(cloud, &state, &request.who.project_id, 0, size - old)?;
        "extending".clone_into(&mut volume_mut(&mut state, request, id)?.status);
    }
    let (cloud, id) = (cloud.clone(), id.to_owned());
    tokio::spawn(async move {
        tokio::time::sleep(cloud.config.delay).await;
        let path = volume_path(&cloud.dir, &id);
        let grown =
            std::fs::OpenOptions::new().write(true).open(path).and_then(|file| file.set_len(size * GIB));
        if let (Ok(()), Some(volume)) = (&grown, cloud.state().volumes.get_mut(&id)) {
            volume.size = size;
        }
        set_status(&cloud, &id, if grown.is_ok() { "available" } else { "error_extending" });
    });
    Ok(Reply::empty(202))
}

/// A volume that nobody has goes back to its latest snapshot, if it is still as large.
fn revert(cloud: &Arc<Cloud>, request: &Request, id: &str, args: &Doc) -> Answer {
    let snapshot = {
        let mut state = cloud.state();
        let (size, status) = volume(&state, request, id).map(|v| (v.size, v.status.clone()))?;
        let latest = state.snapshots.rows().rev().find(|s| s.volume_id == id).cloned();
        let latest = latest.ok_or_else(|| Refusal::bad(format!("Volume {id} has no snapshots.")))?;
        refuse_revert(id, size, &status, text(args, "snapshot_id"), &latest)?;
        "reverting".clone_into(&mut volume_mut(&mut state, request, id)?.status);
        set_snapshot_status(&mut state, &latest.id, "restoring");
        latest.id
    };
    let (cloud, id) = (cloud.clone(), id.to_owned());
    tokio::spawn(async move {
        tokio::time::sleep(cloud.config.delay).await;
        let (from, to) = (snapshot_path(&cloud.dir, &snapshot), volume_path(&cloud.dir, &id));
        let copied = tokio::task::spawn_blocking(move || machine::copy_sparse(&from, &to)).await;
        set_snapshot_status(&mut cloud.state(), &snapshot, "available");
        set_status(&cloud, &id, if matches!(copied, Ok(Ok(()))) { "available" } else { "error" });
    });
    Ok(Reply::empty(202))
}

fn refuse_revert(id: &str, size: u64, status: &str, wanted: &str, latest: &Snapshot) -> Result<(), Refusal> {
    let cannot = format!("Can't revert volume {id} to its latest snapshot");
    if wanted != latest.id {
        let message = format!("Specified snapshot ID {wanted} isn't the latest one of volume {id}.");
        return Err(Refusal::bad(message));
    }
    if size != latest.size {
        let of = &latest.id;
        return Err(Refusal::bad(format!(
            "{cannot} {of}. The volume size must be equal to the snapshot size."
        )));
    }
    if status != "available" {
        return Err(Refusal::conflict(format!(
            "Invalid volume: {cannot}. Volume's status must be 'available'."
        )));
    }
    if latest.status != "available" {
        return Err(Refusal::conflict(format!(
            "Invalid snapshot: {cannot}. Snapshot's status must be 'available'."
        )));
    }
    Ok(())
}

fn set_snapshot_status(state: &mut State, id: &str, status: &str) {
    if let Some(snapshot) = state.snapshots.get_mut(id) {
        status.clone_into(&mut snapshot.status);
        snapshot.updated = now();
    }
}

fn volume_metadata(cloud: &Cloud, request: &Request, id: &str, rest: &[&str]) -> Answer {
    let mut state = cloud.state();
    change_metadata(
        request,
        &mut volume_mut(&mut state, request, id)?.metadata,
        &format!("Volume {id}"),
        rest,
    )
}

fn snapshot_metadata(cloud: &Cloud, request: &Request, id: &str, rest: &[&str]) -> Answer {
    let mut state = cloud.state();
    snapshot(&state, request, id)?;
    let row = state.snapshots.get_mut(id).ok_or_else(Refusal::no_route)?;
    change_metadata(request, &mut row.metadata, &format!("Snapshot {id}"), rest)
}

fn change_metadata(request: &Request, metadata: &mut Doc, of: &str, rest: &[&str]) -> Answer {
    let missing = || Refusal::not_found(format!("{of} has no metadata with key {}.", rest.join("/")));
    match (request.method.as_str(), rest) {
        ("GET", []) => {}
        ("POST", []) => metadata.extend(request.wrapped("metadata")?),
        ("PUT", []) => *metadata = request.wrapped("metadata")?,
        ("GET", [key]) => {
            let value = metadata.get(*key).cloned().ok_or_else(missing)?;
            return Ok(Reply::json(200, &json!({"meta": {*key: value}})));
        }
        ("PUT", [_]) => {
            let meta = request.wrapped("meta")?;
            metadata.extend(meta.clone());
            return Ok(Reply::json(200, &json!({"meta": meta})));
        }
        ("DELETE", [key]) => return metadata.remove(*key).map(|_| Reply::empty(200)).ok_or_else(missing),
        _ => return Err(Refusal::no_route()),
    }
    Ok(Reply::json(200, &json!({"metadata": metadata})))
}

fn list_snapshots(cloud: &Cloud, request: &Request, detail: bool) -> Answer {
    let state = cloud.state();
    let wanted = |s: &&Snapshot| {
        request.query.iter().all(|(key, value)| match key.as_str() {
            "name" => s.name.as_deref() == Some(value),
            "status" => s.status == *value,
            "volume_id" => s.volume_id == *value,
            "metadata" => has_all(&s.metadata, value),
            _ => true,
        })
    };
    let own = |s: &&Snapshot| everyone(request) || s.project_id == request.who.project_id;
    let rows: Vec<Snapshot> = state.snapshots.rows().rev().filter(own).filter(wanted).cloned().collect();
    let rows: Vec<Value> = page(request, rows, |s| s.id.clone())
        .iter()
        .map(|s| {
            let mut view = doc(snapshot_view(request, s));
            if !detail {
                view.retain(|key, _| {
                    !key.starts_with("os-extended") && key != "group_snapshot_id" && key != "user_id"
                });
            }
            Value::Object(view)
        })
        .collect();
    Ok(Reply::json(200, &json!({"snapshots": rows})))
}

fn create_snapshot(cloud: &Arc<Cloud>, request: &Request) -> Answer {
    let body = request.wrapped("snapshot")?;
    let volume_id = optional(&body, "volume_id").ok_or_else(|| {
        Refusal::bad("Invalid input for field/attribute snapshot. 'volume_id' is a required property")
    })?;
    let force = body.get("force").is_some_and(|f| f == &json!(true) || f == "True" || f == "true")
        || micro(request) >= 66;
    let mut state = cloud.state();
    let of = volume(&state, request, &volume_id)?;
    if !(of.status == "available" || (of.status == "in-use" && force)) {
        return Err(Refusal::bad(format!(
            "Invalid volume: Volume {volume_id} status must be available, but current status is: {}.",
            of.status
        )));
    }
    let size = of.size;
    let quota = cloud.config.quotas.snapshots;
    if state.snapshots.rows().filter(|s| s.project_id == request.who.project_id).count() >= quota {
        return Err(Refusal::new(
            413,
            "",
            format!("SnapshotLimitExceeded: Maximum number of snapshots allowed ({quota}) exceeded"),
        ));
    }
    check_quota(cloud, &state, &request.who.project_id, 0, size)?;
    let at = now();
    let row = Snapshot {
        id: uuid(),
        name: optional(&body, "name").or_else(|| optional(&body, "display_name")),
        description: optional(&body, "description"),
        volume_id: volume_id.clone(),
        size,
        status: "creating".to_owned(),
        metadata: metadata_of(&body)?,
        created: at,
        updated: at,
        project_id: request.who.project_id.clone(),
        user_id: request.who.user_id.clone(),
    };
    let view = brief(snapshot_view(request, &row));
    let id = row.id.clone();
    state.snapshots.insert(&id, row);
    drop(state);
    tokio::spawn(take_snapshot(cloud.clone(), volume_id, id));
    Ok(Reply::json(202, &json!({"snapshot": view})))
}

async fn take_snapshot(cloud: Arc<Cloud>, volume: String, id: String) {
    tokio::time::sleep(cloud.config.delay).await;
    let (from, to) = (volume_path(&cloud.dir, &volume), snapshot_path(&cloud.dir, &id));
    let made = tokio::task::spawn_blocking(move || machine::copy_sparse(&from, &to)).await;
    let ok = matches!(made, Ok(Ok(())));
    set_snapshot_status(&mut cloud.state(), &id, if ok { "available" } else { "error" });
}

fn update_snapshot(cloud: &Cloud, request: &Request, id: &str) -> Answer {
    let body = request.wrapped("snapshot")?;
    let mut state = cloud.state();
    snapshot(&state, request, id)?;
    let row = state.snapshots.get_mut(id).ok_or_else(Refusal::no_route)?;
    if let Some(name) = optional(&body, "name") {
        row.name = Some(name);
    }
    if let Some(description) = optional(&body, "description") {
        row.description = Some(description);
    }
    Ok(Reply::json(200, &json!({"snapshot": brief(snapshot_view(request, row))})))
}

async fn delete_snapshot(cloud: &Arc<Cloud>, request: &Request, id: &str) -> Answer {
    {
        let mut state = cloud.state();
        snapshot(&state, request, id)?;
        let row = state.snapshots.get_mut(id).ok_or_else(Refusal::no_route)?;
        if !["available", "error"].contains(&row.status.as_str()) {
            return Err(Refusal::bad(
                "Invalid snapshot: Snapshot status must be available or error, and must not be part of a group.",
            ));
        }
        "deleting".clone_into(&mut row.status);
    }
    let (cloud, id) = (cloud.clone(), id.to_owned());
    tokio::spawn(async move {
        tokio::time::sleep(cloud.config.delay).await;
        cloud.state().snapshots.remove(&id);
        forget(&snapshot_path(&cloud.dir, &id));
    });
    Ok(Reply::empty(202))
}

fn all_attachments(cloud: &Cloud, request: &Request) -> Vec<Value> {
    let state = cloud.state();
    let of = |v: &Volume| -> Vec<Value> {
        v.attachments
            .iter()
            .map(|used| {
                json!({"id": used.attachment_id, "status": "attached", "instance": used.server_id, "volume_id": v.id,
                       "attached_at": stamp_micros(used.attached_at, ""), "detached_at": "", "attach_mode": "rw",
                       "connection_info": {}})
            })
            .collect()
    };
    state.volumes.rows().filter(|v| v.project_id == request.who.project_id).flat_map(of).collect()
}

fn attachments(cloud: &Cloud, request: &Request) -> Answer {
    let wanted = |a: &Value| {
        request.query.iter().all(|(key, value)| match key.as_str() {
            "volume_id" => a["volume_id"] == value.as_str(),
            "instance_id" => a["instance"] == value.as_str(),
            _ => true,
        })
    };
    let rows: Vec<Value> = all_attachments(cloud, request).into_iter().filter(wanted).collect();
    Ok(Reply::json(200, &json!({"attachments": rows})))
}

fn attachment(cloud: &Cloud, request: &Request, id: &str) -> Answer {
    let found = all_attachments(cloud, request).into_iter().find(|a| a["id"] == id);
    let missing = || {
        Refusal::not_found(format!("Volume attachment could not be found with filter: attachment_id = {id}."))
    };
    Ok(Reply::json(200, &json!({"attachment": found.ok_or_else(missing)?})))
}

/// A new type; the caller adds it.
pub fn type_record(name: &str) -> Doc {
    doc(json!({"id": uuid(), "name": name, "is_public": true, "description": null,
               "os-volume-type-access:is_public": true, "qos_specs_id": null,
               "extra_specs": {"volume_backend_name": name}}))
}

fn types(cloud: &Cloud, request: &Request, parts: &[&str]) -> Answer {
    let view = |t: &Doc| {
        let mut view = t.clone();
        if !request.who.is_admin() {
            view.remove("qos_specs_id");
            view.insert("extra_specs".to_owned(), json!({}));
        }
        Value::Object(view)
    };
    let missing = |id: &str| Refusal::not_found(format!("Volume type {id} could not be found."));
    let mut state = cloud.state();
    match (request.method.as_str(), parts) {
        ("GET", []) => {
            let rows: Vec<Value> = state.volume_types.rows().map(view).collect();
            Ok(Reply::json(200, &json!({"volume_types": rows})))
        }
        ("GET", ["default"]) => {
            let first = state.volume_types.rows().next().map(view);
            Ok(Reply::json(200, &json!({"volume_type": first.ok_or_else(|| missing("default"))?})))
        }
        ("GET", [id]) => {
            let found = state.volume_types.get(id).map(view).ok_or_else(|| missing(id))?;
            Ok(Reply::json(200, &json!({"volume_type": found})))
        }
        ("GET", [id, "extra_specs"]) => {
            let found = state.volume_types.get(id).ok_or_else(|| missing(id))?;
            Ok(Reply::json(200, &json!({"extra_specs": found.get("extra_specs")})))
        }
        _ if !request.who.is_admin() => {
            Err(Refusal::forbidden("Policy doesn't allow volume_extension:types_manage to be performed."))
        }
        ("POST", []) => {
            let mut row = type_record("");
            row.extend(request.wrapped("volume_type")?);
            state.volume_types.insert(text(&row, "id").to_owned(), row.clone());
            Ok(Reply::json(200, &json!({"volume_type": row})))
        }
        ("DELETE", [id]) => {
            state.volume_types.remove(id).map(|_| Reply::empty(202)).ok_or_else(|| missing(id))
        }
        ("POST", [id, "extra_specs"]) => {
            let specs = request.wrapped("extra_specs")?;
            let row = state.volume_types.get_mut(id).ok_or_else(|| missing(id))?;
            row.insert("extra_specs".to_owned(), json!(specs));
            Ok(Reply::json(200, &json!({"extra_specs": specs})))
        }
        _ => Err(Refusal::no_route()),
    }
}

fn limits(cloud: &Cloud, request: &Request) -> Answer {
    let (state, quotas, project) = (cloud.state(), &cloud.config.quotas, &request.who.project_id);
    let volumes = state.volumes.rows().filter(|v| v.project_id == *project).count();
    let snapshots = state.snapshots.rows().filter(|s| s.project_id == *project).count();
    Ok(Reply::json(
        200,
        &json!({"limits": {"rate": [], "absolute": {
            "maxTotalVolumes": quotas.volumes, "totalVolumesUsed": volumes,
            "maxTotalSnapshots": quotas.snapshots, "totalSnapshotsUsed": snapshots,
            "maxTotalVolumeGigabytes": quotas.gigabytes, "totalGigabytesUsed": used_gib(&state, project),
            "maxTotalBackups": 10, "totalBackupsUsed": 0, "maxTotalBackupGigabytes": 1000, "totalBackupGigabytesUsed": 0,
        }}}),
    ))
}

fn quota_set(cloud: &Cloud, request: &Request) -> Answer {
    let (state, quotas, project) = (cloud.state(), &cloud.config.quotas, &request.who.project_id);
    let usage = request.asked("usage").is_some_and(|u| u.eq_ignore_ascii_case("true"));
    let entry = |limit: i64, used: usize| {
        if usage { json!({"limit": limit, "in_use": used, "reserved": 0}) } else { json!(limit) }
    };
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let volumes = state.volumes.rows().filter(|v| v.project_id == *project).count();
    let snapshots = state.snapshots.rows().filter(|s| s.project_id == *project).count();
    let used = usize::try_from(used_gib(&state, project)).unwrap_or(usize::MAX);
    let mut set = doc(json!({
        "id": project,
        "volumes": entry(count(quotas.volumes), volumes),
        "snapshots": entry(count(quotas.snapshots), snapshots),
        "gigabytes": entry(i64::try_from(quotas.gigabytes).unwrap_or(i64::MAX), used),
        "backups": entry(10, 0), "backup_gigabytes": entry(1000, 0), "per_volume_gigabytes": entry(-1, 0),
        "groups": entry(10, 0),
    }));
    for name in state.volume_types.rows().map(|t| text(t, "name")).chain(["__DEFAULT__"]) {
        for what in ["volumes", "snapshots", "gigabytes"] {
            set.insert(format!("{what}_{name}"), entry(-1, 0));
        }
    }
    Ok(Reply::json(200, &json!({"quota_set": set})))
}
