if ($] < 5.010) { requires 'Time::HiRes' }
if ("$]" >= 5.008001) { requires 'B', '1.0'; }
unless ($] > 5.018) { requires 'Old' }
