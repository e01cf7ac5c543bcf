map { requires $_ } qw(A B);
