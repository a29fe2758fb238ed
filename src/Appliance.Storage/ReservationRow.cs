namespace Appliance.Storage;

/// <summary>A request that is being signed.</summary>
/// <param name="Sequence">Its number inside the store.</param>
/// <param name="Incarnation">The run of a node that reserved it; only that one may release it.</param>
/// <param name="RequestId">The request.</param>
/// <param name="ActivationId">The activation it draws on.</param>
/// <param name="Ordinals">The occurrences it holds.</param>
/// <param name="OutcomeKey">Its row in <see cref="OutcomeTable"/>; null when it has none.</param>
/// <param name="PackageId">The package it has taken as many transactions from; null without one.</param>
public sealed record ReservationRow(
    long Sequence,
    long Incarnation,
    Guid RequestId,
    Guid ActivationId,
    IReadOnlyList<int> Ordinals,
    UInt128? OutcomeKey = null,
    Guid? PackageId = null);
