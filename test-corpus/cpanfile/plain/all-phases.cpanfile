on configure => sub { requires 'A'; };
on build => sub { requires 'B'; };
on test => sub { requires 'C'; };
on runtime => sub { requires 'D'; };
on develop => sub { requires 'E'; };
