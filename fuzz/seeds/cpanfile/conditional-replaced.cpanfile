requires 'A', '1';
requires 'A', '2' if $ENV{NOT_SET};
