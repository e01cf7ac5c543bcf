my $version = '1.5';
BEGIN { requires 'A', $version }
requires 'B', $version;
