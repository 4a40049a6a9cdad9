//! Exact decimal figures: counts, hours, percentages and scores.
//!
//! A figure keeps the decimals it was given and rounds only when told to. This is the only
//! module that names `rust_decimal`; it knows nothing of cells, measures or plans.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An exact decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Figure(Decimal);

impl Figure {
    pub const ZERO: Figure = Figure(Decimal::ZERO);

    /// From a spreadsheet's binary number, at most 12 decimals kept; `None` for NaN, infinities and
    /// magnitudes past 1e15, which no spreadsheet shows exactly.
    pub fn from_f64(number: f64) -> Option<Self> {
        if !number.is_finite() || number.abs() > 1e15 {
            return None;
        }
        let decimal = Decimal::from_f64(number)?;
        Some(Figure(decimal.round_dp(12).normalize()))
    }

    /// Reads plain ASCII notation (`-12.50`); separators, units and signs of other scripts are the
    /// caller's affair.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if digits == 0 || text.bytes().any(|b| !(b.is_ascii_digit() || b == b'.' || b == b'-')) {
            return None;
        }
        Decimal::from_str(text).ok().map(Figure)
    }

    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }

    pub fn is_whole(self) -> bool {
        self.0.fract().is_zero()
    }

    /// The value as a count; `None` when it has decimals or does not fit.
    pub fn to_i64(self) -> Option<i64> {
        if self.is_whole() { self.0.to_i64() } else { None }
    }

    /// For drawing only; never for arithmetic.
    pub fn to_f64(self) -> f64 {
        self.0.to_f64().unwrap_or(0.0)
    }

    pub fn checked_mul(self, other: Figure) -> Option<Figure> {
        self.0.checked_mul(other.0).map(Figure)
    }

    /// `None` when `other` is zero: a ratio over nothing is 「無案件」, not 0 %.
    pub fn checked_div(self, other: Figure) -> Option<Figure> {
        self.0.checked_div(other.0).map(Figure)
    }

    /// Rounded half away from zero (四捨五入) to `decimals` places.
    pub fn round(self, decimals: u32) -> Figure {
        Figure(self.0.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero))
    }

    /// With thousands separators and at most `decimals` places, trailing zeros dropped.
    pub fn grouped(self, decimals: u32) -> String {
        let text = self.round(decimals).0.normalize().to_string();
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", text.as_str()),
        };
        let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
        let mut out = String::from(sign);
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index) % 3 == 0 {
                out.push(',');
            }
            out.push(digit);
        }
        if let Some(fraction) = fraction {
            out.push('.');
            out.push_str(fraction);
        }
        out
    }

    /// With exactly `decimals` places, as scores are written (95.00).
    pub fn fixed(self, decimals: u32) -> String {
        let mut rounded = self.round(decimals).0;
        rounded.rescale(decimals);
        rounded.to_string()
    }
}

impl From<i64> for Figure {
    fn from(count: i64) -> Self {
        Figure(Decimal::from(count))
    }
}

impl Add for Figure {
    type Output = Figure;
    fn add(self, other: Figure) -> Figure {
        Figure(self.0.saturating_add(other.0))
    }
}

impl Sub for Figure {
    type Output = Figure;
    fn sub(self, other: Figure) -> Figure {
        Figure(self.0.saturating_sub(other.0))
    }
}

impl std::iter::Sum for Figure {
    fn sum<I: Iterator<Item = Figure>>(iter: I) -> Figure {
        iter.fold(Figure::ZERO, Add::add)
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.normalize())
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string())
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Figure::parse(&text).ok_or_else(|| serde::de::Error::custom("not a decimal number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_exact_and_round_half_away_from_zero() {
        let figure = |text| Figure::parse(text).unwrap();
        assert_eq!(figure("0.1") + figure("0.2"), figure("0.3"));
        assert_eq!(figure("2.345").fixed(2), "2.35");
        assert_eq!(figure("1234567.50").grouped(2), "1,234,567.5");
        assert_eq!(figure("-1234").grouped(0), "-1,234");
        assert_eq!(Figure::from_f64(0.1).unwrap(), figure("0.1"));
        assert_eq!(Figure::from_f64(f64::NAN), None);
        assert_eq!(Figure::from_f64(1e300), None);
        assert_eq!(figure("0").checked_div(Figure::ZERO), None);
    }
}
