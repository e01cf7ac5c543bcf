on test => sub { };
on develop => sub {
    # nothing yet
};
