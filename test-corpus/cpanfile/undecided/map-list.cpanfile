requires $_ for map { "A::$_" } qw(B C);
requires 'D';
