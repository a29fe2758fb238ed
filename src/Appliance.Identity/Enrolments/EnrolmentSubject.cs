using Appliance.Factors;
using Appliance.Storage;

namespace Appliance.Identity.Enrolments;

/// <summary>Whose factors a step is about, as its transaction sees it.</summary>
internal sealed record EnrolmentSubject(SignerRow Signer, Contact? Contact, OneTimeLink? Link)
{
    internal Guid Id => Signer.Id;

    internal string Language => Contact?.Language ?? "en";
}
