namespace Appliance.Pkcs11.Sessions;

/// <summary>What a slot tells its group.</summary>
/// <param name="Done">It is done with a job, whose outcome says how: another slot may try what it could not.</param>
/// <param name="Changed">Its state has changed.</param>
internal sealed record SlotReports(Action<SignJob, GroupSlot> Done, Action Changed);
