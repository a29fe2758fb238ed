using Appliance.Identity;
using Appliance.Server.Csc;

namespace Appliance.Server.Enrolments;

/// <summary>One method of enrolment, as either wire calls it.</summary>
/// <param name="who">Who calls; with an error for who has no good token, which a link makes up for.</param>
/// <param name="input">The parameters.</param>
/// <param name="cancellationToken">Gives up waiting; what was begun may still be done.</param>
internal delegate ValueTask<Answer<EnrolmentResult>> FactorOperation(
    Authentication who, FactorInput input, CancellationToken cancellationToken);
