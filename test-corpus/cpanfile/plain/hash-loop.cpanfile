my %deps = (
    'A' => '1.0',
    'B' => 2,
    'C::D' => 0,
);
requires $_ => $deps{$_} for sort keys %deps;
