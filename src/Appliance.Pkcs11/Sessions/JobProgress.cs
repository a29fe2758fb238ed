namespace Appliance.Pkcs11.Sessions;

/// <summary>How far a session has come with a job.</summary>
internal enum JobProgress
{
    /// <summary>It is over; the outcome is in the job.</summary>
    Done,

    /// <summary>Bulk work gave way to interactive work, and goes on later.</summary>
    GaveWay,

    /// <summary>
    /// It waits for a wrapped key. A worker must not touch it any more; a caller waits and goes on.
    /// </summary>
    Parked,
}
