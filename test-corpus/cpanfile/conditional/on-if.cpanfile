on test => sub { requires 'A' } if $] > 5;
on develop => sub { requires 'B' } unless $] > 5;
