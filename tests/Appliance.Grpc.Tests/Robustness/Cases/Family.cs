namespace Appliance.Grpc.Tests.Robustness.Cases;

/// <summary>A kind of damage.</summary>
/// <param name="Name">For the report.</param>
/// <param name="Weight">How often, in relation to the others.</param>
/// <param name="OwnConnection">
/// The connection is the case's, and nothing is sent on it before: the damage may be the connection's.
/// </param>
/// <param name="Write">Writes a case.</param>
internal sealed record Family(string Name, int Weight, bool OwnConnection, Action<CaseBuilder> Write);
