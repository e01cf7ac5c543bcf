//! Numeric literals as perl would print them.
//!
//! A version written as a number loses what a number does not hold: `1.10` is
//! 1.1. So the value goes the way it goes in perl: an integer as far as 64 bits
//! hold it, else a double, printed with `%.15g` (perlnumber; toke.c,
//! `scan_num`).

/// The text of a numeric literal's value. `None` when perl refuses it (`089`).
pub(super) fn stringify(literal: &[u8]) -> Option<String> {
    let text: String =
        literal.iter().filter(|byte| **byte != b'_').map(|byte| char::from(*byte)).collect();
    let lower = text.to_ascii_lowercase();
    for (prefix, bits) in [("0x", 4), ("0b", 1), ("0o", 3)] {
        if let Some(digits) = lower.strip_prefix(prefix) {
            return based(digits, bits);
        }
    }
    match lower.strip_prefix('0') {
        Some(digits) if digits.starts_with(|c: char| c.is_ascii_digit()) => based(digits, 3),
        _ if lower.bytes().all(|byte| byte.is_ascii_digit()) => match lower.parse::<u64>() {
            Ok(integer) => Some(integer.to_string()),
            Err(_) => lower.parse().ok().map(general),
        },
        _ => lower.parse().ok().map(general),
    }
}

/// A number in a base that is a power of two, with a fraction and an exponent
/// of two where it has them (`0x1.8p3`).
fn based(text: &str, bits: u32) -> Option<String> {
    let (mantissa, exponent) = text.split_once('p').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let base = 1 << bits;
    let mut integer = Some(0u64);
    let mut float = 0f64;
    for digit in whole.chars() {
        let value = digit.to_digit(base)?;
        integer = integer
            .and_then(|n| n.checked_mul(u64::from(base)))
            .and_then(|n| n.checked_add(u64::from(value)));
        float = float * f64::from(base) + f64::from(value);
    }
    if let (Some(integer), false) = (integer, text.contains('p')) {
        return Some(integer.to_string());
    }
    let mut weight = 1.0;
    for digit in fraction.chars() {
        weight /= f64::from(base);
        float += f64::from(digit.to_digit(base)?) * weight;
    }
    Some(general(float * 2f64.powi(exponent.parse().ok()?)))
}

/// C's `%.15g`: fifteen significant digits, no zeros at the end, an exponent
/// where it is below -4 or above 14.
fn general(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "NaN" } else { "Inf" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{value:.14e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trimmed = |text: &str| {
        let text = if text.contains('.') { text.trim_end_matches('0') } else { text };
        text.trim_end_matches('.').to_owned()
    };
    if !(-4..15).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", trimmed(mantissa), exponent.abs());
    }
    let decimals = usize::try_from(14 - exponent).unwrap_or(0);
    trimmed(&format!("{value:.decimals$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The right-hand sides are what `perl -e 'print LITERAL'` printed (5.36).
    #[test]
    fn as_perl_prints_them() {
        for (literal, printed) in [
            ("1.10", "1.1"),
            ("1.0", "1"),
            ("1.", "1"),
            ("1_000", "1000"),
            ("1_000.5_0", "1000.5"),
            ("0x1_F", "31"),
            ("0X1f", "31"),
            ("0b1_1", "3"),
            ("0o17", "15"),
            ("010", "8"),
            ("0", "0"),
            ("0.0", "0"),
            ("0.5", "0.5"),
            (".5", "0.5"),
            ("1e3", "1000"),
            ("1E-2", "0.01"),
            (".5e1", "5"),
            ("1e15", "1e+15"),
            ("1e14", "100000000000000"),
            ("123456789012345678", "123456789012345678"),
            ("123456789012345678901", "1.23456789012346e+20"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "1.84467440737096e+19"),
            ("0x1p4", "16"),
            ("0x1.8p3", "12"),
            ("1_2.3_4e1_0", "123400000000"),
            ("1e_3", "1000"),
            ("1._5", "1.5"),
            ("5.008001", "5.008001"),
            ("5.0080010", "5.008001"),
            ("0.1234567890123456789", "0.123456789012346"),
            ("0.00001", "1e-05"),
            ("0.0001", "0.0001"),
            ("20120401.1", "20120401.1"),
            ("1e400", "Inf"),
        ] {
            assert_eq!(stringify(literal.as_bytes()).as_deref(), Some(printed), "{literal}");
        }
        assert_eq!(stringify(b"089"), None);
        assert_eq!(stringify(b"0b2"), None);
    }
}
