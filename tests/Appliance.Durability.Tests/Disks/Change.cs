using Appliance.Durability.Tests.Recordings;

namespace Appliance.Durability.Tests.Disks;

/// <summary>A change that is not yet on disk for certain.</summary>
/// <param name="Order">Its place among all operations.</param>
/// <param name="Operation">The change.</param>
internal readonly record struct Change(int Order, Operation Operation);
