//! The profile LibreOffice runs in: no macros, no links followed, nothing fetched, one locale.
//!
//! Knows the program's configuration keys (officecfg, `org.openoffice.*`), nothing of processes.

use std::fs;
use std::io;
use std::path::Path;

/// Path of a node, property, value.
const SETTINGS: &[(&str, &str, &str)] = &[
    // Macros never run, signed or not; active content (OLE servers, DDE, plug-ins) neither.
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("org.openoffice.Office.Java/VirtualMachine", "Enable", "false"),
    // A document shows what is in it, not what a link makes of this machine or of the network.
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("org.openoffice.Office.Calc/Content/Update", "Link", "1"),
    // What gets past that meets a proxy that is not there: port 9 discards.
    ("org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("org.openoffice.Inet/Settings", "ooInetFTPProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetFTPProxyPort", "9"),
    ("org.openoffice.Inet/Settings", "ooInetNoProxy", ""),
    // The same on every machine, whatever language its user works in.
    ("org.openoffice.Setup/L10N", "ooSetupSystemLocale", "zh-TW"),
    // Values as they were saved: a workbook is not calculated anew (1: never).
    ("org.openoffice.Office.Calc/Formula/Load", "OOXMLRecalcMode", "1"),
    ("org.openoffice.Office.Calc/Formula/Load", "ODFRecalcMode", "1"),
    // Fields of a form are drawn as they are filled; pages are bound, so nobody can fill them.
    ("org.openoffice.Office.Common/Filter/PDF/Export", "ExportFormFields", "false"),
    ("org.openoffice.Office.Common/Filter/PDF/Export", "ExportBookmarks", "false"),
    ("org.openoffice.Office.Common/Misc", "FirstRun", "false"),
];

/// Writes a new profile; the folder must not exist.
pub fn write(profile: &Path) -> io::Result<()> {
    let user = profile.join("user");
    fs::create_dir_all(&user)?;
    fs::write(user.join("registrymodifications.xcu"), registry())
}

fn registry() -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <oor:items xmlns:oor=\"http://openoffice.org/2001/registry\" \
        xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" \
        xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n",
    );
    for (path, property, value) in SETTINGS {
        text.push_str(&format!(
            "<item oor:path=\"/{path}\"><prop oor:name=\"{property}\" oor:op=\"fuse\"><value>{value}</value></prop></item>\n"
        ));
    }
    text.push_str("</oor:items>\n");
    text
}

/// A folder's URL (RFC 8089), every byte that is not plainly allowed percent-encoded.
pub fn url(folder: &Path) -> String {
    let path = folder.to_string_lossy().replace('\\', "/");
    let mut url = String::from(if path.starts_with('/') { "file://" } else { "file:///" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b':' | b'.' | b'-' | b'_' | b'~' => {
                url.push(char::from(byte));
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_any_name_have_a_url() {
        assert_eq!(url(Path::new("/tmp/a b")), "file:///tmp/a%20b");
        assert_eq!(url(Path::new("/暫存")), "file:///%E6%9A%AB%E5%AD%98");
        assert_eq!(url(Path::new("C:\\Users\\a")), "file:///C:/Users/a");
    }
}
