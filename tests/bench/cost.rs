//! What something costs: time on the clock, and time of processors, which tells more on a machine that others
//! use too. Linux only.

use std::fs;
use std::ops::{Add, Sub};
use std::time::{Duration, Instant};

/// Units of `/proc/self/stat` a second (`USER_HZ`, always 100 on Linux).
const TICKS: f64 = 100.0;

#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd)]
pub struct Cost {
    /// Seconds on the clock.
    pub wall: f64,
    /// Seconds of processors.
    pub processors: f64,
}

impl Cost {
    /// How many times another cost this is, by the clock and by processors.
    pub fn over(self, floor: Cost) -> String {
        format!("{:>7.2}    {:>7.2}", self.wall / floor.wall, self.processors / floor.processors)
    }

    pub fn twice(self) -> Cost {
        self + self
    }

    pub fn shown(self) -> String {
        format!("{:>7.2} s  {:>7.2} s", self.wall, self.processors)
    }
}

impl Add for Cost {
    type Output = Cost;

    fn add(self, other: Cost) -> Cost {
        Cost { wall: self.wall + other.wall, processors: self.processors + other.processors }
    }
}

impl Sub for Cost {
    type Output = Cost;

    fn sub(self, other: Cost) -> Cost {
        Cost { wall: self.wall - other.wall, processors: self.processors - other.processors }
    }
}

/// Whose processor time counts.
#[derive(Clone, Copy)]
pub enum Of {
    ThisProcess,
    Children,
}

pub struct Clock {
    of: Of,
    wall: Instant,
    processors: f64,
}

impl Clock {
    pub fn start(of: Of) -> Self {
        Clock { of, wall: Instant::now(), processors: processors(of) }
    }

    /// Children count once they have ended.
    pub fn cost(&self) -> Cost {
        let wall: Duration = self.wall.elapsed();
        Cost { wall: wall.as_secs_f64(), processors: processors(self.of) - self.processors }
    }
}

fn processors(of: Of) -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // Fields after the name, which may hold blanks: state is the third of proc(5), utime the fourteenth.
    let fields: Vec<&str> = stat[stat.rfind(')').unwrap() + 2..].split(' ').collect();
    let first = match of {
        Of::ThisProcess => 11,
        Of::Children => 13,
    };
    fields[first..first + 2].iter().map(|field| field.parse::<f64>().unwrap()).sum::<f64>() / TICKS
}
