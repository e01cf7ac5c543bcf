for (my $i = 0; $i < 2; $i++) { requires 'A'; }
