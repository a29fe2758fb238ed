namespace Appliance.Grpc.Services;

/// <summary>A service's status as last told, and who knows the present one.</summary>
internal readonly record struct HealthEntry(Func<bool> Ask, bool IsServing);
