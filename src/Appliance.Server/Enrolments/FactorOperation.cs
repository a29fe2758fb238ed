using Appliance.Identity;
using Appliance.Server.Csc;
using Microsoft.Extensions.Primitives;

namespace Appliance.Server.Enrolments;

/// <summary>One method of enrolment, as either wire calls it.</summary>
/// <param name="authorization">The header; empty for who has a link or nothing.</param>
/// <param name="input">The parameters.</param>
/// <param name="cancellationToken">Gives up waiting; what was begun may still be done.</param>
internal delegate ValueTask<Answer<EnrolmentResult>> FactorOperation(
    StringValues authorization, FactorInput input, CancellationToken cancellationToken);
