//! What the operating system refused, in the users' words.
//!
//! Knows kinds of errors; which file it was and what was meant to be done with it is the caller's to say.

use std::io::{self, ErrorKind};

/// 「檔案已經存在」. Kinds nobody has met yet keep the system's own words, so that they can be looked up.
pub fn words(error: &io::Error) -> String {
    let known = match error.kind() {
        ErrorKind::NotFound => "找不到",
        ErrorKind::PermissionDenied => "沒有權限",
        ErrorKind::AlreadyExists => "已經存在，不會覆寫",
        ErrorKind::NotADirectory => "路徑中有一段不是資料夾",
        ErrorKind::IsADirectory => "是資料夾，不是檔案",
        ErrorKind::DirectoryNotEmpty => "資料夾不是空的",
        ErrorKind::ReadOnlyFilesystem => "磁碟是唯讀的",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "磁碟空間不足",
        ErrorKind::FileTooLarge => "檔案超過這個磁碟的上限",
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => "正被別的程式使用",
        ErrorKind::InvalidFilename => "檔名不能用於這個磁碟",
        ErrorKind::CrossesDevices => "不在同一個磁碟",
        ErrorKind::TimedOut => "等候逾時",
        ErrorKind::BrokenPipe => "接收輸出的程式已經結束",
        ErrorKind::UnexpectedEof => "檔案不完整",
        ErrorKind::OutOfMemory => "記憶體不足",
        ErrorKind::InvalidData => "內容不是文字或格式不合",
        // Windows: another program holds the file (ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION).
        _ if cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33)) => "正被別的程式使用",
        _ => return format!("系統訊息：{error}"),
    };
    known.to_owned()
}
