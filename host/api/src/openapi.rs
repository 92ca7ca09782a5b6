//! The OpenAPI document, made of the table of routes and of the types that they read and write. Nothing in it is
//! written by hand but the sentences.

use crate::route::{JSON, Route};
use gyre_core::Error;
use schemars::generate::{Contract, SchemaSettings};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// The document.
pub(crate) fn document(routes: &[Route]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.definitions_path = "/components/schemas".into();
        settings.contract = Contract::Deserialize;
    });
    let mut generator = settings.into_generator();
    let error = generator.subschema_for::<Error>();
    let mut paths = Map::new();
    for route in routes {
        let operation = operation(route, &error, &mut generator);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(route.method.as_str().to_ascii_lowercase(), operation);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "gyre",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Replicates and migrates virtual machines to OpenStack.",
        },
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": generator.take_definitions(true),
        },
    })
}

fn operation(route: &Route, error: &Schema, generator: &mut SchemaGenerator) -> Value {
    let mut parameters: Vec<Value> = route.parameters().map(of_path).collect();
    parameters.extend(of_query((route.query)(generator), generator));
    let answer = match route.answer {
        Some(schema) => schema(generator).to_value(),
        None => json!({}),
    };
    let mut operation = json!({
        "operationId": id(route),
        "summary": route.about.first(),
        "description": route.about.join(" "),
        "parameters": parameters,
        "responses": {
            route.status.as_str(): { "description": "Done.", "content": { route.content: { "schema": answer } } },
            "default": {
                "description": "An error; the status follows from its kind.",
                "content": { JSON: { "schema": error } },
            },
        },
    });
    let body = (route.body)(generator);
    if let (Some(operation), true) = (operation.as_object_mut(), has_properties(&body, generator)) {
        operation.insert("requestBody".into(), json!({ "content": { JSON: { "schema": body } } }));
    }
    if let (Some(operation), true) = (operation.as_object_mut(), route.is_open) {
        operation.insert("security".into(), json!([]));
    }
    operation
}

/// `get-v1-jobs-id-events`.
fn id(route: &Route) -> String {
    let parts = route.path.split(['/', '{', '}', '.']).filter(|part| !part.is_empty());
    let method = route.method.as_str().to_ascii_lowercase();
    std::iter::once(method.as_str()).chain(parts).collect::<Vec<_>>().join("-")
}

fn of_path(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
}

/// Each property of the type that the query is read as is one of its parameters.
fn of_query(query: Schema, generator: &SchemaGenerator) -> Vec<Value> {
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let about = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        json!({ "name": name, "in": "query", "required": false, "description": about, "schema": schema })
    };
    properties(&query, generator).iter().flat_map(|all| all.iter().map(parameter)).collect()
}

fn has_properties(schema: &Schema, generator: &SchemaGenerator) -> bool {
    properties(schema, generator).is_some_and(|properties| !properties.is_empty())
}

/// The properties of a type, which stands among the definitions.
fn properties(schema: &Schema, generator: &SchemaGenerator) -> Option<Map<String, Value>> {
    let name = schema.get("$ref")?.as_str()?.rsplit('/').next()?;
    generator.definitions().get(name)?.get("properties")?.as_object().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::routes;
    use std::collections::BTreeSet;

    fn each_ref(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                found.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
                object.values().for_each(|value| each_ref(value, found));
            }
            Value::Array(array) => array.iter().for_each(|value| each_ref(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_route_stands_in_the_document_with_its_types() {
        let (routes, document) = (routes(), document(&routes()));
        let mut ids = BTreeSet::new();
        for route in &routes {
            let operation = &document["paths"][route.path][route.method.as_str().to_ascii_lowercase()];
            assert!(
                operation["responses"][route.status.as_str()].is_object(),
                "{} {}",
                route.method,
                route.path
            );
            assert!(ids.insert(operation["operationId"].to_string()), "{operation}");
            for name in route.parameters() {
                let parameters = operation["parameters"].as_array().unwrap();
                assert!(parameters.iter().any(|p| p["name"] == name && p["in"] == "path"), "{operation}");
            }
        }
        assert_eq!(ids.len(), routes.len());
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document(&routes());
        let mut found = BTreeSet::new();
        each_ref(&document, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn what_is_read_and_written_is_described() {
        let document = document(&routes());
        let of = |pointer: &str| document.pointer(pointer).unwrap_or_else(|| panic!("{pointer}")).clone();
        let query = of("/paths/~1v1~1jobs/get/parameters");
        let names: Vec<_> = query.as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["before", "kind", "limit", "replica", "status", "unfinished"]);
        let body = "/paths/~1v1~1replicas/post/requestBody/content/application~1json/schema/$ref";
        assert_eq!(of(body), "#/components/schemas/Create");
        assert_eq!(of("/components/schemas/Error/properties/code/type"), "string");
        assert_eq!(of("/paths/~1healthz/get/security"), json!([]));
        assert!(document.pointer("/paths/~1v1~1jobs/get/requestBody").is_none());
    }
}
