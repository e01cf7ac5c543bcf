my $v = 1;
requires 'A', $v;
{
    my $v = 2;
    requires 'B', $v;
}
requires 'C', $v;
