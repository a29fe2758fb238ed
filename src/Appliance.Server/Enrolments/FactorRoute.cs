using Appliance.Identity;

namespace Appliance.Server.Enrolments;

/// <summary>A path of enrolment.</summary>
/// <param name="Path">Where it is served.</param>
/// <param name="Operation">What it does.</param>
/// <param name="Write">Its answer.</param>
internal sealed record FactorRoute(
    string Path, FactorOperation Operation, Func<EnrolmentResult, FactorAnswer> Write);
