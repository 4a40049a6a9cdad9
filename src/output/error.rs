//! What can go wrong with the output folder, and what the clerk can do about it.
//!
//! Every message names a path and an action; nothing here touches the disk.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::refusal;

/// Why the output could not be written.
#[derive(Debug)]
pub enum OutputError {
    /// Another run holds the folder.
    Busy {
        folder: PathBuf,
        holder: String,
    },
    NotAFolder(PathBuf),
    /// A page was to be written where another kind of file stands.
    NotAPage(PathBuf),
    /// The output would lie in the inputs, or the reverse.
    Entangled {
        inputs: PathBuf,
        output: PathBuf,
    },
    /// The folder holds files, but no output of ours.
    NotOurs {
        folder: PathBuf,
        example: String,
    },
    /// Files of the last output are open in another program (Windows); none is named when none could
    /// be found out.
    InUse {
        folder: PathBuf,
        files: Vec<String>,
    },
    /// Something of the user's in the last output cannot be carried over to the new one.
    Stuck {
        path: PathBuf,
        error: io::Error,
    },
    Full {
        path: PathBuf,
    },
    Io {
        path: PathBuf,
        error: io::Error,
    },
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OutputError::Busy { folder, holder } => {
                write!(f, "另一個 huibian 正在使用「{}」{holder}。請等它完成後再執行。", folder.display())
            }
            OutputError::NotAFolder(path) => {
                write!(f, "「{}」已存在且不是資料夾。請改用 --out 指定別的資料夾。", path.display())
            }
            OutputError::NotAPage(path) => {
                write!(f, "「{}」已存在且不是網頁檔，未覆寫。請改用別的檔名。", path.display())
            }
            OutputError::Entangled { inputs, output } => write!(
                f,
                "產出資料夾「{}」與工作資料夾「{}」互相包含。請用 --out 指定工作資料夾以外的位置。",
                output.display(),
                inputs.display()
            ),
            OutputError::NotOurs { folder, example } => write!(
                f,
                "「{}」裡已有別的檔案（例如「{example}」），不是 huibian 上一次的成果。請把它們移到別處，或用 --out 指定新的資料夾。",
                folder.display()
            ),
            OutputError::InUse { folder, files } => {
                let (what, close) = match files.as_slice() {
                    [] => ("內有檔案".to_owned(), "PDF、檔案總管等視窗".to_owned()),
                    files => {
                        (format!("內的「{}」", files.join("」「")), format!("「{}」", files.join("」「")))
                    }
                };
                write!(
                    f,
                    "「{}」{what}正在其他程式中開啟，無法換成新的成果；上一次的成果仍在。請先關閉{close}再執行一次。",
                    folder.display()
                )
            }
            OutputError::Stuck { path, error } => write!(
                f,
                "無法保留您放在產出資料夾裡的「{}」（{}）；上一次的成果仍在。請先把它移到別處再執行一次。",
                path.display(),
                refusal::words(error)
            ),
            OutputError::Full { path } => {
                write!(
                    f,
                    "磁碟空間不足，無法寫入「{}」；上一次的成果仍在。請清出空間後再執行一次。",
                    path.display()
                )
            }
            OutputError::Io { path, error } => write!(
                f,
                "無法寫入「{}」：{}；上一次的成果仍在。請確認該資料夾可寫入，或用 --out 指定別的位置。",
                path.display(),
                refusal::words(error)
            ),
        }
    }
}

impl std::error::Error for OutputError {}

impl OutputError {
    /// What a failed write inside a run means for the output folder; other errors pass as they are.
    pub fn explain(error: anyhow::Error, folder: &Path) -> anyhow::Error {
        let kind = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
        let path = folder.to_owned();
        match kind {
            Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::WriteZero) => {
                OutputError::Full { path }.into()
            }
            Some(kind @ (io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied)) => {
                OutputError::Io { path, error: kind.into() }.into()
            }
            _ => error,
        }
    }
}

pub(super) fn failed(path: &Path) -> impl FnOnce(io::Error) -> OutputError + '_ {
    move |error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            OutputError::Full { path: path.to_owned() }
        }
        _ => OutputError::Io { path: path.to_owned(), error },
    }
}
