my $text = <<'END';
requires 'No';
END
requires 'A';
my $w = <<~"E N D"; requires 'B';
    requires 'No2';
    E N D
requires 'C';
