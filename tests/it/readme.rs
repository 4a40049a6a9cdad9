//! The READMEs are executed: every command they show exists, and the main one does what they say.

use std::process::{Command, Stdio};

use crate::support::workspace::Copy;

const README: &str = include_str!("../../README.md");
const README_ZH: &str = include_str!("../../README.zh-TW.md");

/// Lines of the console blocks, without their prompts.
fn commands(text: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            commands.push(command.to_owned());
        }
    }
    commands
}

#[test]
fn every_command_shown_can_be_run() {
    let copy = Copy::of_sample();
    let mut n_run = 0;
    for command in commands(README).into_iter().chain(commands(README_ZH)) {
        let words: Vec<&str> = command.split_whitespace().collect();
        let arguments = match words.as_slice() {
            ["cargo", "run", "--release", "--", arguments @ ..] | ["huibian", arguments @ ..] => arguments,
            // These are what runs this very test, and the benchmark, which is never run by tests.
            ["cargo", "test", "--release"] | ["cargo", "run", "--release", "--example", ..] => continue,
            other => panic!("the README shows a command nobody runs: {other:?}"),
        };
        let output = Command::new(env!("CARGO_BIN_EXE_huibian"))
            .args(arguments)
            .current_dir(copy.folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        n_run += 1;
    }
    assert!(n_run >= 3);
    assert!(copy.output().join("自評表.pdf").exists());
}

#[test]
fn every_subcommand_is_in_the_readme_and_the_other_way_round() {
    let output = Command::new(env!("CARGO_BIN_EXE_huibian")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let listed = help.lines().skip_while(|line| !line.starts_with("指令")).skip(1);
    let subcommands: Vec<&str> = listed
        .take_while(|line| !line.trim().is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(subcommands.len() >= 5, "{help}");
    for subcommand in &subcommands {
        assert!(README.contains(&format!("`huibian {subcommand}")), "{subcommand} is not in the README");
    }
    for line in README.lines().filter_map(|line| line.strip_prefix("| `huibian ")) {
        let subcommand = line.split([' ', '`']).next().unwrap();
        assert!(subcommand.is_empty() || subcommands.contains(&subcommand), "{subcommand} is no command");
    }
}

#[test]
fn exit_codes_are_told_alike_everywhere() {
    let architecture = include_str!("../../src/ARCHITECTURE.md");
    for code in ["0", "1", "2", "11", "12", "130"] {
        assert!(architecture.contains(&format!("| {code} |")), "{code}");
    }
    assert!(README.contains("Exit codes: 0 done · 1 errors found"));
}
