namespace Appliance.Factors.Tests.Contract;

public sealed class SqliteFactorTests : FactorContract
{
    public SqliteFactorTests()
        : base(null)
    {
    }
}
