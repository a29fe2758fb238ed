namespace Appliance.Server.Csc.Lanes;

/// <summary>Signatures that were let in; ended once.</summary>
/// <param name="Admission">Who let them in.</param>
/// <param name="Client">Whose they are.</param>
/// <param name="Signatures">How many.</param>
/// <param name="IsBulk">Their lane.</param>
/// <param name="HasPlace">True when the call has a place of the bulk lane for them.</param>
/// <param name="Deadline">Timestamp from which nobody waits for them; 0 for none.</param>
internal readonly record struct AdmittedWork(
    Admission Admission, Guid Client, int Signatures, bool IsBulk, bool HasPlace, long Deadline)
{
    /// <summary>They are made, or will not be.</summary>
    /// <param name="gaveUp">True when nobody got to them in time.</param>
    public void End(bool gaveUp = false) => Admission.End(this, gaveUp);
}
