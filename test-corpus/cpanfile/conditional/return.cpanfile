requires 'A';
return if $ENV{NOT_SET};
requires 'B';
