requires 'A' if $] >= 5.008;
requires 'B' unless $ENV{NO_B};
requires 'C', '1.0' if $^O eq 'MSWin32';
