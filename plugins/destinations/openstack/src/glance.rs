//! Glance v2: finding the image of a worker. Knows nothing of what is in it.

use crate::cloud::{Cloud, Service, encode};
use crate::contract::{Error, Result};
use crate::marks::{self, Named};
use serde::Deserialize;

const GLANCE: Service = Service::Image;

/// An image.
#[derive(Clone, Debug, Deserialize)]
pub struct Image {
    /// Its id.
    pub id: String,
    /// What people see.
    #[serde(default)]
    pub name: Option<String>,
    /// `active` once it can be used.
    pub status: String,
    /// Smallest disk it fits on, GiB.
    #[serde(default)]
    pub min_disk: u64,
    /// Least memory it runs in, MiB.
    #[serde(default)]
    pub min_ram: u64,
    /// Bytes it holds, where Glance knows.
    #[serde(default)]
    pub virtual_size: Option<u64>,
    /// `linux`, `windows`, where whoever uploaded it said so.
    #[serde(default)]
    pub os_type: Option<String>,
}

impl Named for Image {
    fn id(&self) -> &str {
        &self.id
    }
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }
}

/// All images that the project can see.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn images(cloud: &mut Cloud) -> Result<Vec<Image>> {
    cloud.list(GLANCE, "/images", "images")
}

/// The image that an option means.
///
/// # Errors
/// `openstack.unknown-name`, `openstack.ambiguous-name`, `openstack.image-not-active`.
pub fn find(cloud: &mut Cloud, path: &str, wanted: &str) -> Result<Image> {
    let by_name = cloud.list(GLANCE, &format!("/images?name={}", encode(wanted)), "images")?;
    let image = if by_name.iter().any(|image: &Image| image.name.as_deref() == Some(wanted)) {
        marks::pick("image", path, wanted, by_name)?
    } else {
        by_id(cloud, path, wanted)?
    };
    if image.status == "active" {
        return Ok(image);
    }
    let message = format!("{path}: image {wanted:?} is {}, not active", image.status);
    Err(Error::invalid("openstack.image-not-active", message))
}

/// Looks the whole list up only to say what there is.
fn by_id(cloud: &mut Cloud, path: &str, wanted: &str) -> Result<Image> {
    match cloud.get(GLANCE, &format!("/images/{}", encode(wanted)), "") {
        Ok(Some(image)) => Ok(image),
        _ => {
            let all = images(cloud)?;
            marks::pick("image", path, wanted, all)
        }
    }
}
