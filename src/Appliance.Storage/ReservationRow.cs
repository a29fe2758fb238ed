namespace Appliance.Storage;

/// <summary>A request that is being signed.</summary>
/// <param name="RequestId">The request.</param>
/// <param name="Incarnation">The run of a node that reserved it; only that one may release it.</param>
/// <param name="ActivationId">The activation it draws on.</param>
/// <param name="Ordinals">The occurrences it holds.</param>
public sealed record ReservationRow(
    Guid RequestId, long Incarnation, Guid ActivationId, IReadOnlyList<int> Ordinals);
