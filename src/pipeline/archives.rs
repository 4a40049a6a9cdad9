//! Zips in items' folders, opened as if they were folders: their members join the inventory.
//!
//! Composes the workspace's rules of place with what the workers took out. Knows no format.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostics;
use crate::exhibit::Preparation;
use crate::inventory::{InputFile, Inventory, MediaType, Member, Role};
use crate::place::RelPath;
use crate::plan::{ItemCode, Plan};
use crate::worker::{Failure, Job, JobTask, Outcome};
use crate::workspace;

use super::{Surroundings, reading};

/// Opens what can be opened. What comes back are the zips that stay closed, and why.
pub fn open(
    plan: &Plan,
    inventory: &mut Inventory,
    around: &Surroundings,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<BTreeMap<RelPath, Preparation>> {
    let archives: Vec<(InputFile, ItemCode)> = inventory.files.iter().filter_map(openable).collect();
    let mut closed = BTreeMap::new();
    if archives.is_empty() {
        return Ok(closed);
    }
    let unpack = |(file, _): &(InputFile, ItemCode)| {
        let folder = around.prepared.to_owned();
        reading::job(file, around, JobTask::Unpack { archive: file.path.clone(), folder })
    };
    let jobs: Vec<Job> = archives.iter().map(unpack).collect();
    let outcomes = reading::run(&jobs, "解開壓縮檔", around)?;
    for ((archive, code), outcome) in archives.into_iter().zip(outcomes) {
        match outcome {
            Outcome::Unpacked(members) => lay_out(plan, inventory, &archive.path, code, members),
            Outcome::Closed(why) => {
                closed.insert(archive.path, why.preparation());
            }
            Outcome::Failed(Failure::NoRoom(reason)) => return Err(reading::no_room(reason).into()),
            Outcome::Failed(failure) => {
                let unit = plan.item(&code).map(|(task, _)| task.unit.clone());
                let told = reading::failure_diagnostic(&failure, &archive.path);
                diagnostics.push(reading::with_unit(told, &unit));
                closed.insert(archive.path, reading::unprepared(&failure));
            }
            // Answers to other jobs.
            _ => {}
        }
    }
    Ok(closed)
}

/// A job on a file of the workspace, or on one that a worker took out of a zip.
pub fn evidence_job(file: &InputFile, inventory: &Inventory, around: &Surroundings, task: JobTask) -> Job {
    if inventory.archive_of(&file.path).is_none() {
        return reading::job(file, around, task);
    }
    let path = around.prepared.join(workspace::member_file(&file.path));
    Job { path, sha256: file.digests.sha256.clone(), task }
}

/// Named .zip, in an item's folder. A file of another name that happens to be a zip (.kmz, .epub) is
/// no folder to those who made it.
fn openable(file: &InputFile) -> Option<(InputFile, ItemCode)> {
    let Role::Evidence(code) = &file.role else { return None };
    let is_zip = file.media_type == MediaType::Zip && file.path.extension().as_deref() == Some("zip");
    (is_zip && file.unreadable.is_none()).then(|| (file.clone(), code.clone()))
}

/// The members as files below the zip, which itself is evidence no longer.
fn lay_out(plan: &Plan, inventory: &mut Inventory, archive: &RelPath, code: ItemCode, members: Vec<Member>) {
    for file in inventory.files.iter_mut().filter(|file| file.path == *archive) {
        file.role = Role::Archive(code.clone());
    }
    inventory.files.extend(members.into_iter().map(|member| InputFile {
        role: workspace::member_role(plan, archive, &member),
        path: member.path,
        bytes: member.bytes,
        media_type: member.media_type,
        digests: member.digests,
        unreadable: None,
    }));
    inventory.files.sort_by(|a, b| a.path.cmp(&b.path));
}
