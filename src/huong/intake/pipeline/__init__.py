"""The steps of a load below its verbs: columns to SQL, files of refused rows, one process per load."""
