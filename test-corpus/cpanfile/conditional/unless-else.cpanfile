unless ($ENV{NOT_SET}) { requires 'A', '1' } else { requires 'A', '2' }
