//! The register of what came in: read from the last output, kept in the next, by the clock or without.

use std::io::{self, Write};

use jiff::civil::Date;

use crate::output::{OutputError, OutputFolder};
use crate::pipeline::{REGISTER, Sink};
use crate::register::{Moment, Register};

use super::now;

/// The register as the last run left it; empty when there is none.
pub(super) fn last_register(output: &OutputFolder) -> Result<Register, OutputError> {
    let text = output.read_last(REGISTER)?.unwrap_or_default();
    Ok(Register::parse(&String::from_utf8_lossy(&text)))
}

pub(super) fn put_register(register: &Register, output: &mut OutputFolder) -> io::Result<()> {
    output.create(REGISTER)?.write_all(register.text().as_bytes())
}

/// Now, to the minute. With a day given on the command line nothing depends on the clock.
pub(super) fn moment(given: Option<&str>, today: Date) -> anyhow::Result<Moment> {
    match given {
        Some(_) => Ok(Moment::Day(today)),
        None => Ok(Moment::Minute(now().with().second(0).subsec_nanosecond(0).build()?)),
    }
}
